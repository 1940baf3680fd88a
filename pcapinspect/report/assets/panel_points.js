/* Two capture points: the course of one attempt between them, packet by packet; and loss and delay over time. */

const PASSAGES = { syn: "SYN", answer: "SYN/ACK", request: "request", response: "response" };
const LOST_COLOR = "#D55E00";

/* Pixels of a packet's row, and of what stands above and below them. */
const PASSAGE_HEIGHT = 44;
const PASSAGE_FRAME = 96;

/* Of every network with two points, all one after the other. */
function coursesOf(data) {
  return data.document.points.flatMap(({ courses, uncertainty }) =>
    courses.map((course) => ({ ...course, uncertainty })),
  );
}

/* The packets of an attempt in their order, named, each with `ms` at both points (null: not seen). */
function passagesOf(course) {
  const seen = new Set();
  return course.steps
    .map((step) => ({ ...step, client: msOf(step.client), server: msOf(step.server) }))
    .sort((a, b) => (a.client ?? a.server) - (b.client ?? b.server))
    .map((step) => {
      const again = seen.has(step.what);
      seen.add(step.what);
      const up = step.what === "syn" || step.what === "request";
      return { ...step, up, name: again ? `${PASSAGES[step.what]} again` : PASSAGES[step.what] };
    });
}

/* From where to where an arrow goes: 0 are the clients, 1 is the server; a packet that one point has not ends midway. */
function passageEnds({ client, server, up }) {
  const near = client === null ? 0.5 : 0;
  const far = server === null ? 0.5 : 1;
  return up ? [near, far] : [far, near];
}

function passageArrow(passage, row, view) {
  const [from, to] = passageEnds(passage);
  const color = passage.lost ? LOST_COLOR : view.colors.ink;
  return {
    ...{ x: to, y: row + 0.25, ax: from, ay: row - 0.1, xref: "x", yref: "y", axref: "x", ayref: "y", text: "" },
    ...{ showarrow: true, arrowhead: passage.lost ? 0 : 2, arrowsize: 1.2, arrowwidth: 1.6, arrowcolor: color },
  };
}

function passageTexts(passage, row, zero, view) {
  const moment = (ms) => (ms === null ? "not seen" : `${((ms - zero) / 1000).toFixed(6)} s`);
  const text = (x, xanchor, shift, words, color, yshift = 0) => ({
    ...{ x, y: row, xanchor, xshift: shift, yshift, yanchor: "middle", showarrow: false, text: words },
    font: { size: 11, color },
  });
  const [from, to] = passageEnds(passage);
  const end = (ms) => (ms === null ? view.colors.muted : view.colors.ink);
  return [
    text(0, "right", -8, moment(passage.client), end(passage.client)),
    text(1, "left", 8, moment(passage.server), end(passage.server)),
    text((from + to) / 2, "center", 0, passage.name, passage.lost ? LOST_COLOR : view.colors.ink, 11),
  ];
}

function ladderLayout(passages, zero, view) {
  const rows = passages.length;
  const layout = baseLayout(view.colors, PASSAGE_FRAME + PASSAGE_HEIGHT * rows);
  layout.margin = { l: 96, r: 96, t: 44, b: 40 };
  layout.showlegend = false;
  const bare = { showgrid: false, showticklabels: false, zeroline: false, fixedrange: true };
  layout.xaxis = { ...bare, range: [-0.02, 1.02] };
  layout.yaxis = { ...bare, range: [rows - 0.4, -0.6] };
  const line = { color: view.colors.edge, width: 2 };
  layout.shapes = [0, 1].map((x) => ({ type: "line", x0: x, x1: x, yref: "paper", y0: 0, y1: 1, line }));
  const head = (x, text) => ({
    ...{ x, yref: "paper", y: 1, yanchor: "bottom", yshift: 6, showarrow: false, text: `<b>${text}</b>` },
    font: { size: 12, color: view.colors.ink },
  });
  const drawn = passages.flatMap((passage, row) => [
    ...(passage.client === null && passage.server === null ? [] : [passageArrow(passage, row, view)]),
    ...passageTexts(passage, row, zero, view),
  ]);
  layout.annotations = [head(0, "clients' point"), head(1, "server's point"), ...drawn];
  return layout;
}

function lostTrace(passages) {
  const lost = passages.map((passage, row) => ({ ...passage, row })).filter((passage) => passage.lost);
  return {
    ...{ type: "scatter", mode: "markers", x: lost.map(() => 0.5), y: lost.map(({ row }) => row + 0.25) },
    marker: { symbol: "x", size: 11, color: LOST_COLOR },
    hoverinfo: "text",
    hovertext: lost.map(({ name }) => `${name}: lost between the points`),
  };
}

function drawLadder(data, view) {
  const course = coursesOf(data)[view.course - 1];
  if (!course) return nothing("No attempt is in both points.");
  const passages = passagesOf(course);
  const first = passages[0];
  if (!first) return nothing(`Of ${course.client} no packet's time is known.`);
  const zero = first.client ?? first.server;
  const lost = passages.filter((passage) => passage.lost);
  const fate = lost.length ? `lost between the points: ${lost.map(({ name }) => name).join(", ")}` : "nothing was lost";
  const cell = (ms) => (ms === null ? null : msText(ms, 6));
  return {
    traces: [lostTrace(passages)],
    layout: ladderLayout(passages, zero, view),
    sentence: `${course.client} to ${course.server}, from ${msText(zero)}: ${fate}. Seconds since the first packet stand at each end, by the clock of the server's side${course.uncertainty === null ? "" : `, give or take ${delayText(course.uncertainty)}`}; rows are in order, not to scale.`,
    table: {
      caption: `The attempt of ${course.client}, packet by packet`,
      head: ["packet", "sent by", `at the clients' point (${view.zone})`, "at the server's point", "lost"],
      rows: passages.map(({ name, up, client, server, lost: gone }) => [
        ...[name, up ? "client" : "server", cell(client), cell(server), gone ? "yes" : ""],
      ]),
    },
  };
}

function delayTrace(stretches, column, name, color, dash) {
  const known = stretches.filter((stretch) => stretch[column] !== null);
  return {
    ...{ type: "scatter", mode: "lines+markers", name, yaxis: "y2", hoverinfo: "text" },
    x: known.map(({ middle }) => middle),
    y: known.map((stretch) => stretch[column] * 1000),
    line: { color, width: 1.5, dash },
    marker: { size: 4, color },
    hovertext: known.map((stretch) => `${inert(msText(stretch.from, 0))}<br>${name}: ${delayText(stretch[column])}`),
  };
}

function delayText(seconds) {
  return seconds === null ? "" : `${(seconds * 1000).toPrecision(3)} ms`;
}

function stretchesIn(data, view) {
  return data.document.points
    .flatMap((point) => point.over_time)
    .map((stretch) => ({ ...stretch, from: msOf(stretch.start), to: msOf(stretch.end) }))
    .map((stretch) => ({ ...stretch, middle: (stretch.from + stretch.to) / 2 }))
    .filter((stretch) => stretch.attempts && stretch.to > view.from && stretch.from < view.to);
}

function drawBetween(data, view) {
  const stretches = stretchesIn(data, view);
  if (!stretches.length) return nothing("No attempt in this time.");
  const width = stretches[0].to - stretches[0].from;
  const layout = baseLayout(view.colors, 380);
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width, { anchor: "y2" });
  const most = Math.max(...stretches.map(({ lost }) => lost));
  layout.yaxis = countAxis(view.colors, "attempts with a loss", most, {
    domain: [0.56, 1],
    range: [0, most * 1.15 || 1],
  });
  layout.yaxis2 = axis(view.colors, "delay (ms)", { domain: [0, 0.44], rangemode: "tozero" });
  const look = { color: LOST_COLOR, pattern: "/" };
  const middles = stretches.map(({ middle }) => middle);
  const hovertext = stretches.map(
    ({ from, lost, attempts }) => `${inert(msText(from, 0))}<br>${count(lost)} of ${plural(attempts, "attempt")}`,
  );
  const losses = stretches.map(({ lost }) => lost);
  const bar = barWidth(width, view.to - view.from, view.width);
  const sum = (name) => stretches.reduce((total, stretch) => total + stretch[name], 0);
  return {
    traces: [
      bars("attempts that lost a packet", look, middles, losses, bar, view.colors, { hovertext }),
      delayTrace(stretches, "delay_up", "to the server", "#0072B2", "solid"),
      delayTrace(stretches, "delay_down", "to the clients", "#009E73", "dash"),
    ],
    layout,
    sentence: `${count(sum("lost"))} of ${plural(sum("attempts"), "attempt")} lost a packet between the two points (${percent(sum("lost"), sum("attempts"))}). Delays are medians; they stand as they are only if both ways take equally long at their best.`,
    table: {
      caption: `Loss and delay, ${duration(width / 1000)} a row`,
      head: [`from (${view.zone})`, "attempts", "with a loss", "delay to the server", "delay to the clients"],
      rows: stretches.map((stretch) => [
        ...[msText(stretch.from, 0), stretch.attempts, stretch.lost],
        ...[delayText(stretch.delay_up), delayText(stretch.delay_down)],
      ]),
    },
  };
}
