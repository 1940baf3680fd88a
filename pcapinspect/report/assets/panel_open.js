/* Connections open at a time, against the default of `ip http max-connections` and its maximum. */

const IOS_DEFAULT_CONNECTIONS = 5;

/* Of a curve that holds each value until its next point: its peak within a time, and for how long (s) limits were
   reached. By the second, as the curve is. */
function openWithin({ xs, open }, from, to, limit) {
  const found = { peak: 0, peak_time: null, seconds_at_5: 0, seconds_at_limit: 0 };
  for (let at = 0; at < xs.length; at++) {
    const begin = Math.max(from, xs[at]);
    const end = Math.min(to, at + 1 < xs.length ? xs[at + 1] : Infinity);
    if (end < begin || (end === begin && begin !== to)) continue;
    if (open[at] > found.peak) Object.assign(found, { peak: open[at], peak_time: begin });
    if (open[at] >= IOS_DEFAULT_CONNECTIONS) found.seconds_at_5 += (end - begin) / 1000;
    if (open[at] >= limit) found.seconds_at_limit += (end - begin) / 1000;
  }
  return found;
}

function drawOpen(data, view) {
  const places = facetServers(data, view.filter).filter((place) => data.curves[place].xs.length);
  if (!places.length) return nothing("No connection was open in the capture.");
  const layout = baseLayout(view.colors, 330);
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width);
  let most = 0;
  const traces = places.map((place, facet) => {
    const points = thin(data.curves[place].xs, data.curves[place].open, view.from, view.to, Math.round(view.width / 2));
    points.x.push(Math.min(view.to, data.span.to)); // the last value holds to the end
    points.y.push(points.y[points.y.length - 1]);
    most = Math.max(most, ...points.y);
    return {
      type: "scatter",
      mode: "lines",
      name: `open at ${inert(data.servers[place])}`,
      x: points.x,
      y: points.y,
      line: { shape: "hv", width: 1.5, color: SERIES[facet].color, dash: ["solid", "dash", "dot"][facet] },
      hoverinfo: "text",
      hovertext: points.x.map((ms, i) => `${inert(msText(ms))}<br>${plural(points.y[i], "connection")} open`),
    };
  });
  const limit = view.settings.max_connections;
  layout.yaxis = axis(view.colors, "open connections, exact", {
    range: [0, 1.15 * Math.max(limit, most)],
    fixedrange: false,
  });
  mark(layout, view.colors, limit, `limit ${limit}`);
  if (limit !== IOS_DEFAULT_CONNECTIONS)
    mark(layout, view.colors, IOS_DEFAULT_CONNECTIONS, `default ${IOS_DEFAULT_CONNECTIONS}`);
  layout.shapes.push(...pausesOver(data, view));
  const whole = view.filter.from === null && view.filter.to === null;
  const known = places.map((place) => {
    const measured = data.document.servers[place].concurrency;
    return whole && measured
      ? { ...measured, peak_time: msOf(measured.peak_time) }
      : openWithin(data.curves[place], view.from, Math.min(view.to, data.span.to), limit);
  });
  const time = whole ? "in the capture" : "in this time";
  const sentence = places
    .map((place, at) => {
      const { peak, peak_time, seconds_at_limit, seconds_at_5 } = known[at];
      if (!peak) return `${data.servers[place]}: no connection was open ${time}.`;
      return `${data.servers[place]}: at most ${plural(peak, "connection")} open at once ${time} (${msText(peak_time, 0)}); ${duration(seconds_at_limit)} at ${limit} or more, ${duration(seconds_at_5)} at ${IOS_DEFAULT_CONNECTIONS} or more.`;
    })
    .join(" ");
  const rows = places.map((place, at) => [
    data.servers[place],
    known[at].peak,
    known[at].peak ? msText(known[at].peak_time) : null,
    known[at].seconds_at_5,
    known[at].seconds_at_limit,
  ]);
  return {
    traces,
    layout,
    sentence: sentence + facetNote(data, view.filter),
    table: {
      caption: `Open connections ${time}`,
      head: ["server", "most open", `at (${view.zone})`, "seconds at 5 or more", `seconds at ${limit} or more`],
      rows,
    },
  };
}
