/* Connections open at a time, against the default of `ip http max-connections` and its maximum. */

const IOS_DEFAULT_CONNECTIONS = 5;

function drawOpen(data, view) {
  const places = facetServers(data, view.filter).filter((place) => data.curves[place].xs.length);
  if (!places.length) return nothing("No connection was open in the capture.");
  const layout = baseLayout(view.colors, 330);
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width);
  let most = 0;
  const traces = places.map((place, facet) => {
    const points = thin(data.curves[place].xs, data.curves[place].open, view.from, view.to, Math.round(view.width / 2));
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
  layout.yaxis = axis(view.colors, "open connections", { range: [0, 1.15 * Math.max(limit, most)] });
  mark(layout, view.colors, limit, `limit ${limit}`);
  if (limit !== IOS_DEFAULT_CONNECTIONS)
    mark(layout, view.colors, IOS_DEFAULT_CONNECTIONS, `default ${IOS_DEFAULT_CONNECTIONS}`);
  layout.shapes.push(...pausesOver(data, view));
  const sentence = places
    .map((place) => {
      const known = data.document.servers[place].concurrency;
      if (!known) return `${data.servers[place]}: no connection was open.`;
      return `${data.servers[place]}: at most ${plural(known.peak, "connection")} open at once (${isoText(known.peak_time, 0)}); ${duration(known.seconds_at_limit)} at ${limit} or more, ${duration(known.seconds_at_5)} at ${IOS_DEFAULT_CONNECTIONS} or more.`;
    })
    .join(" ");
  const rows = places.map((place) => {
    const known = data.document.servers[place].concurrency;
    return [
      data.servers[place],
      known && known.peak,
      known && isoText(known.peak_time),
      known && known.seconds_at_5,
      known && known.seconds_at_limit,
    ];
  });
  return {
    traces,
    layout,
    sentence,
    table: {
      caption: "Open connections, whole capture",
      head: ["server", "most open", `at (${view.zone})`, "seconds at 5 or more", `seconds at ${limit} or more`],
      rows,
    },
  };
}
