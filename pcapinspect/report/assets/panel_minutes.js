/* The hero: attempts a minute by outcome against the limit, the rolling rate, and the pauses as bands. */

const FACETS = 3;
/* Pixels that the name of a pause needs. */
const PAUSE_LABEL = 30;

/* Servers that a chart of several has room for: the one asked for, else the first of those that saw attempts. */
function facetServers(data, filter) {
  if (filter.server) return [data.servers.indexOf(filter.server)].filter((place) => place >= 0);
  const asked = data.servers.map((_, place) => place).filter((place) => data.document.servers[place].attempts > 0);
  return (asked.length ? asked : data.servers.map((_, place) => place)).slice(0, FACETS);
}

/* Says how many servers a chart leaves out; empty where it shows all. */
function facetNote(data, filter) {
  const shown = facetServers(data, filter).length;
  const all = filter.server ? shown : data.servers.length;
  return shown < all
    ? ` ${shown} of ${count(all)} servers are drawn, the worst first: choose another in the filter.`
    : "";
}

/* Attempts by minute, or by `size` where that is shorter. */
function attemptsByBin(data, view, place, size) {
  return onlyTimeAndServer(view.filter) && size >= MINUTE
    ? minutesOfServer(data, place, view.from, view.to)
    : attemptsOfRows(data, view.rows.connections, place, Math.min(size, MINUTE));
}

function minuteHover(data, counts, size) {
  const more = size > MINUTE ? `, the busiest minute ${sizeText(size)}` : size < MINUTE ? `, ${sizeText(size)}` : "";
  const lines = [`<b>${inert(msText(counts.minute, size < 1000 ? 1 : 0))}</b>${more}`];
  for (const outcome of ATTEMPTS)
    if (counts[outcome]) lines.push(`${OUTCOMES[outcome].label}: ${count(counts[outcome])}`);
  lines.push(`attempts: ${count(counts.attempts)}`);
  if (counts.row !== null) {
    const value = (column) => data.minutes.value(column, counts.row);
    const known = (what, column) => value(column) !== null && lines.push(`${what}: ${count(value(column))}`);
    known("SYN packets", "syn_packets");
    known(`most accepted in ${data.document.settings.window} s`, "peak_accepted_60s");
    known("most open", "peak_open");
    if (value("paused_seconds")) lines.push(`silent: ${duration(value("paused_seconds"))}`);
  }
  return lines.join("<br>");
}

function minuteTraces(data, view, bins, size, axes, first) {
  const hover = bins.map((counts) => minuteHover(data, counts, size));
  return ATTEMPTS.filter((outcome) => bins.some((counts) => counts[outcome])).map((outcome) =>
    bars(
      OUTCOMES[outcome].label,
      OUTCOMES[outcome],
      bins.map((counts) => counts.bin + size / 2),
      bins.map((counts) => counts[outcome]),
      barWidth(size, view.to - view.from, view.width),
      view.colors,
      {
        ...axes,
        hovertext: hover,
        legendgroup: outcome,
        meta: { outcome },
        showlegend: first(outcome),
        customdata: bins.map(({ minute }) => ({ from: minute, to: minute + Math.min(size, MINUTE) - 1, outcome })),
      },
    ),
  );
}

/* The curve in two: what is counted before the capture is as long as the window, and what is counted after. */
function rollingParts(data, view, place) {
  const { xs, accepted } = data.curves[place];
  const points = thin(xs, accepted, view.from, view.to, Math.round(view.width / 2));
  points.x.push(Math.min(view.to, data.span.to)); // the curve has a point where it changes; the last holds to the end
  points.y.push(points.y[points.y.length - 1]);
  const whole = data.span.from + view.settings.window * 1000;
  const first = points.x.findIndex((ms) => ms >= whole);
  const split = first < 0 ? points.x.length : first;
  const early = { x: points.x.slice(0, split), y: points.y.slice(0, split) };
  const late = { x: points.x.slice(split), y: points.y.slice(split) };
  if (split && late.x.length) {
    const y = early.y[split - 1];
    early.x.push(whole);
    early.y.push(y);
    late.x.unshift(whole);
    late.y.unshift(y);
  }
  return { early, late };
}

function rollingTraces(data, view, place, axes, first) {
  if (!data.curves[place].accepted.some((n) => n > 0)) return [];
  const { early, late } = rollingParts(data, view, place);
  const { window: seconds } = view.settings;
  const since = `accepted since the capture began, less than ${seconds} s before`;
  const whole = `accepted in the last ${seconds} s`;
  return [
    ...rollingTrace(early, since, "accepted since the capture began", "dot", view, axes, first),
    ...rollingTrace(late, whole, whole, "solid", view, axes, first),
  ];
}

function rollingTrace(points, what, name, dash, view, axes, first) {
  if (!points.x.length) return [];
  const shape = { type: "scatter", mode: "lines", x: points.x, y: points.y, ...axes };
  return [
    { ...shape, line: { shape: "hv", width: 5, color: view.colors.card }, hoverinfo: "skip", showlegend: false },
    {
      ...shape,
      name,
      line: { shape: "hv", width: 2, color: view.colors.ink, dash },
      hoverinfo: "text",
      hovertext: points.x.map((ms, i) => `${inert(msText(ms))}<br>${count(points.y[i])} ${what}`),
      legendgroup: name,
      showlegend: first(name),
    },
  ];
}

/**
 * Of a pause in ms: `from` the last answer `to` the next, where known; `first` to `last` unanswered SYN for certain.
 * @param {ReportPause} pause
 */
function pauseEnds(pause) {
  const first = msOf(pause.first_unanswered);
  const last = msOf(pause.last_unanswered);
  return { first, last, from: msOf(pause.last_answer) ?? first, to: msOf(pause.next_answer) ?? last };
}

function pausesIn(data, view, place) {
  return data.pauses.filter(({ ends, place: own }) => own === place && ends.to >= view.from && ends.from <= view.to);
}

/* Pixels that bands must be apart to be two: a day of pauses would else be thousands of shapes that nobody can tell. */
const BAND_GAP = 2;

function band(colors, xref, yref, [x0, x1], opacity) {
  const look = { fillcolor: colors.band, opacity, line: { width: 0 }, layer: "below" };
  return { type: "rect", xref, yref, x0, x1, y0: 0, y1: 1, ...look };
}

function pauseBands(pauses, view, xref, yref) {
  const gap = (BAND_GAP * (view.to - view.from)) / view.width;
  const possible = joined(
    pauses.map(({ ends }) => [ends.from, ends.to]),
    gap,
  );
  const certain = joined(
    pauses.map(({ ends }) => [ends.first, ends.last]),
    gap,
  );
  return [
    ...possible.map((ends) => band(view.colors, xref, yref, ends, 0.06)),
    ...certain.map((ends) => band(view.colors, xref, yref, ends, 0.1)),
  ];
}

/* The pauses of the servers that a chart shows, over its plots. */
function pausesOver(data, view, yrefs = ["y domain"]) {
  return facetServers(data, view.filter).flatMap((place) =>
    yrefs.flatMap((yref) => pauseBands(pausesIn(data, view, place), view, "x", yref)),
  );
}

/* Pixels between the two pauses that are nearest to each other. */
function apart(pauses, view) {
  const steps = pauses.slice(1).map((pause, place) => pause.ends.from - pauses[place].ends.from);
  return (Math.min(view.to - view.from, ...steps) * view.width) / (view.to - view.from);
}

function pauseMarks(pauses, view, top, axes) {
  if (!pauses.length) return [];
  return [
    {
      type: "scatter",
      mode: apart(pauses, view) >= PAUSE_LABEL ? "markers+text" : "markers",
      name: "pause of the server",
      x: pauses.map((pause) => (pause.ends.from + pause.ends.to) / 2),
      y: pauses.map(() => top),
      text: pauses.map((pause) => `P${pause.number}`),
      textposition: "top center",
      textfont: { size: 11, color: view.colors.strong },
      marker: { symbol: "triangle-down", size: 9, color: view.colors.strong },
      hoverinfo: "text",
      hovertext: pauses.map((pause) => inert(pauseSentence(pause, view)).replaceAll("; ", "<br>")),
      customdata: pauses.map((pause) => ({ pause: pause.number })),
      cliponaxis: false,
      ...axes,
    },
  ];
}

/** @param {ReportPause & {number: number}} pause */
function pauseSentence(pause, view) {
  const most = pause.silence_at_most === null ? "the capture ends in it" : `at most ${duration(pause.silence_at_most)}`;
  return `Pause ${pause.number}: silent at least ${duration(pause.silence_at_least)}, ${most}; ${plural(pause.unanswered_attempts, "attempt")} of ${plural(pause.clients, "client")} unanswered; ${count(pause.accepted_before_60s)} accepted in the ${view.settings.window}${GAP}s before; ${view.causes[pause.cause]}, confidence ${percent(pause.confidence, 1)}`;
}

function selectionSentence(view, perServer, size) {
  const all = perServer.flatMap((bins) => [...bins.values()]);
  if (!all.length) return "No attempt in this selection.";
  const limit = `The limit is ${view.settings.limit} in ${view.settings.window} s`;
  if (size < MINUTE) {
    const sum = (name) => all.reduce((total, counts) => total + counts[name], 0);
    return `In this selection are ${plural(sum("attempts"), "attempt")}, ${count(sum("unanswered"))} of them unanswered; a bar counts ${size / 1000}${GAP}s. ${limit}.`;
  }
  const best = all.reduce((a, b) => (b.attempts > a.attempts ? b : a));
  return `In this selection the busiest minute is ${msText(best.minute, 0).slice(0, 16)} with ${plural(best.attempts, "attempt")}, ${count(best.unanswered)} of them unanswered. ${limit}.`;
}

function minutesSentence(data, view, places, perServer, size) {
  if (!onlyTimeAndServer(view.filter) || view.filter.from !== null || view.filter.to !== null)
    return selectionSentence(view, perServer, size);
  const accepted = data.document.capture.flows_only ? "answered dials began" : "accepted";
  const short = size < MINUTE ? ` A bar counts ${size / 1000}${GAP}s, the limit ${view.settings.window}${GAP}s.` : "";
  const sentences = places
    .map((place) => {
      const server = data.document.servers[place];
      const peak = server.peak_accepted_60s;
      const parts = [
        peak
          ? `At most ${count(peak.count)} ${accepted} in ${view.settings.window} s (from ${isoText(peak.start, 0)}), limit ${view.settings.limit}`
          : "No connection accepted",
      ];
      if (server.minutes_over_limit) parts.push(`${plural(server.minutes_over_limit, "minute")} over the limit`);
      if (server.pauses.length) parts.push(plural(server.pauses.length, "pause"));
      return `${places.length > 1 ? data.servers[place] + ": " : ""}${parts.join("; ")}.`;
    })
    .join(" ");
  return sentences + short + facetNote(data, view.filter);
}

/* A limit so many times what is drawn is named above the scale: on it, the bars would be too low to read. */
const FAR = 10;

/* Pixels: the first server is the one that the page is about, others are there to compare. */
const FACET_HEIGHT = 300;
const OTHER_HEIGHT = 130;
const FACET_GAP = 46;

/* Where each facet lies, as plotly's domains, from the top; and the height of all. */
function facetDomains(facets) {
  const height = FACET_HEIGHT + (facets - 1) * (OTHER_HEIGHT + FACET_GAP);
  const domains = [];
  let top = height;
  for (let facet = 0; facet < facets; facet++) {
    const bottom = top - (facet ? OTHER_HEIGHT : FACET_HEIGHT);
    domains.push([Math.max(0, bottom / height), top / height]);
    top = bottom - FACET_GAP;
  }
  return { domains, height };
}

/* Adds one server to the chart: its axis, limit, pauses and traces. `first` says whether a legend entry is the first. */
function addFacet(chart, data, view, place, facet, bins) {
  const { layout, traces, size, domains, first } = chart;
  const yaxis = facet ? `y${facet + 1}` : "y";
  const axes = { xaxis: "x", yaxis };
  const peak = data.document.servers[place].peak_accepted_60s;
  const { limit } = view.settings;
  const most = Math.max(1, peak ? peak.count : 0, ...bins.map((counts) => counts.attempts));
  const far = most * FAR < limit;
  const top = 1.1 * (far ? most : Math.max(limit, most));
  layout[`yaxis${facet ? facet + 1 : ""}`] = axis(
    view.colors,
    facet ? "" : size > MINUTE ? `connections, busiest minute ${sizeText(size)}` : `connections ${sizeText(size)}`,
    {
      range: [0, top * 1.04],
      domain: domains[facet],
      ...(most < 8 ? { dtick: most < 4 ? 1 : 2 } : { nticks: facet ? 3 : 7 }),
    },
  );
  const pauses = pausesIn(data, view, place);
  layout.shapes.push(...pauseBands(pauses, view, "x", `${yaxis} domain`));
  if (far) markName(layout, view.colors, top, `↑ limit ${limit} in ${view.settings.window} s`, yaxis);
  else mark(layout, view.colors, limit, `limit ${limit} in ${view.settings.window} s`, yaxis);
  if (domains.length > 1) layout.annotations.push(facetName(view, data.servers[place], domains[facet][1], facet));
  traces.push(
    ...minuteTraces(data, view, bins, size, axes, first),
    ...rollingTraces(data, view, place, axes, first),
    ...pauseMarks(pauses, view, top, { ...axes, legendgroup: "pause", showlegend: first("pause") }),
  );
}

function facetName(view, name, y, facet) {
  const place = { xref: "paper", yref: "paper", x: 0, y, xanchor: "left", yanchor: "bottom", yshift: facet ? 2 : 18 };
  return { ...place, showarrow: false, text: `<b>${inert(name)}</b>`, font: { size: 12, color: view.colors.ink } };
}

/* A function that is true the first time that it is asked for a name. */
function once() {
  const seen = new Set();
  return (name) => !seen.has(name) && Boolean(seen.add(name));
}

function drawMinutes(data, view) {
  const places = facetServers(data, view.filter);
  if (!places.length) return nothing("There is no attempt to connect to a watched port.");
  const several = places.length > 1;
  const size = attemptBin(data, view.from, view.to, 240);
  const perServer = places.map((place) => attemptsByBin(data, view, place, size));
  const { domains, height } = facetDomains(places.length);
  const layout = baseLayout(view.colors, height + 120);
  layout.barmode = "stack";
  layout.margin.t = several ? 88 : 68;
  layout.legend.y = 1 + (several ? 40 : 22) / height;
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width, {
    anchor: several ? `y${places.length}` : "y",
  });
  const chart = { layout, traces: [], size, domains, first: once() };
  const rows = [];
  places.forEach((place, facet) => {
    const bins = busiest(perServer[facet], size);
    addFacet(chart, data, view, place, facet, bins);
    for (const counts of bins) {
      const outcomes = ATTEMPTS.map((outcome) => counts[outcome]);
      rows.push([data.servers[place], msText(counts.minute, size < 1000 ? 1 : 0), counts.attempts, ...outcomes]);
    }
  });
  const caption =
    size > MINUTE ? `The busiest minute ${sizeText(size)}` : `Attempts ${sizeText(size)}, by what became of them`;
  const head = [
    "server",
    `${size < MINUTE ? "from" : "minute"} (${view.zone})`,
    "attempts",
    ...ATTEMPTS.map((outcome) => OUTCOMES[outcome].label),
  ];
  return {
    traces: chart.traces,
    layout,
    sentence: minutesSentence(data, view, places, perServer, size),
    table: { caption, head, rows },
  };
}
