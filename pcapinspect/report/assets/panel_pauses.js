/* One pause close up: every SYN a mark, every attempt a row; above it the rate that led there. */

const BEFORE = 60000;
const AFTER = 30000;
const SYN_ROWS = 400;

/* The pause with the minute before it and half a minute after, as far as the capture has them. */
function pauseWindow(pause, { from, to }) {
  const ends = pause.ends;
  return { ...ends, start: Math.max(ends.from - BEFORE, from - 1000), end: Math.min(ends.to + AFTER, to + 1000) };
}

/* Attempts near the pause, in their order: [{connection row or null, number, syns: [{ms, frame, file}]}]. */
function attemptsNear(data, pause, around) {
  const found = new Map();
  const table = data.syns;
  for (let row = 0; row < table.length; row++) {
    if (data.synServer[row] !== pause.place) continue;
    const ms = table.value("time", row);
    if (ms < around.start || ms > around.end) continue;
    const number = table.value("connection", row);
    if (!found.has(number)) found.set(number, { number, row: data.synConnection[row], syns: [] });
    found.get(number).syns.push({ ms, row, frame: table.value("frame", row), file: table.value("file", row) });
  }
  return [...found.values()].sort((a, b) => a.syns[0].ms - b.syns[0].ms || a.number - b.number);
}

function synHover(data, attempt, syn, index) {
  const lines = [
    `<b>${index ? `SYN ${index + 1} (retransmitted)` : "SYN 1"}</b> ${inert(data.syns.text("time", syn.row))}`,
  ];
  lines.push(`${inert(syn.file)} frame ${syn.frame}`);
  if (attempt.row >= 0) {
    const value = (name) => data.connections.value(name, attempt.row);
    lines.push(`${inert(value("client_ip"))}:${value("client_port")} – ${OUTCOMES[value("outcome")].label}`);
  }
  return lines.join("<br>");
}

/* Marks of one kind: places, hover texts, and the connection that a click opens. */
function marks() {
  return { x: [], y: [], hovertext: [], customdata: [] };
}

function addMark(list, x, y, text, row) {
  list.x.push(x);
  list.y.push(y);
  list.hovertext.push(text);
  list.customdata.push({ connection: row });
}

function synTrace(outcome, again, list) {
  const look = OUTCOMES[outcome];
  const unanswered = outcome === "unanswered";
  return {
    ...list,
    type: "scatter",
    mode: "markers",
    name: again ? `SYN again, ${look.label}` : `SYN, ${look.label}`,
    yaxis: "y2",
    hoverinfo: "text",
    marker: {
      symbol: again ? (unanswered ? "x-thin" : "circle-open") : unanswered ? "x" : "circle",
      size: again ? 5 : 6,
      color: look.color,
      line: { color: look.color, width: again ? 1.5 : 0 },
    },
  };
}

function answerTrace(list) {
  const marker = { symbol: "circle-open", size: 10, color: "#009E73", line: { width: 1.5 } };
  const name = "SYN/ACK of the server";
  return { ...list, type: "scatter", mode: "markers", name, yaxis: "y2", hoverinfo: "text", marker };
}

/* Lines that join the SYNs of an attempt, and the answer where it came late. */
function linkTrace(links, view) {
  const line = { color: view.colors.edge, width: 0.7 };
  return { ...links, type: "scatter", mode: "lines", line, hoverinfo: "skip", showlegend: false, yaxis: "y2" };
}

/* Milliseconds after which a SYN/ACK is joined to its SYN by a line. */
const LATE = 500;

function synTraces(data, attempts, view, zero) {
  const syns = new Map();
  const links = { x: [], y: [] };
  const answers = marks();
  const seconds = (ms) => (ms - zero) / 1000;
  attempts.forEach((attempt, place) => {
    const outcome = attempt.row < 0 ? "undetermined" : data.connections.value("outcome", attempt.row);
    attempt.syns.forEach((syn, index) => {
      const key = `${outcome} ${index > 0}`;
      if (!syns.has(key)) syns.set(key, { outcome, again: index > 0, list: marks() });
      addMark(syns.get(key).list, seconds(syn.ms), place + 1, synHover(data, attempt, syn, index), attempt.row);
    });
    const first = attempt.syns[0].ms;
    const answered = attempt.row < 0 ? null : data.connections.value("synack_time", attempt.row);
    if (attempt.syns.length > 1 || (answered !== null && answered - first > LATE)) {
      const last = Math.max(attempt.syns[attempt.syns.length - 1].ms, answered ?? 0);
      links.x.push(seconds(first), seconds(last), null);
      links.y.push(place + 1, place + 1, null);
    }
    if (answered === null) return;
    const when = inert(data.connections.text("synack_time", attempt.row));
    const text = `<b>SYN/ACK</b> ${when}<br>${duration((answered - first) / 1000)} after the first SYN`;
    addMark(answers, seconds(answered), place + 1, text, attempt.row);
  });
  return [
    linkTrace(links, view),
    ...(answers.x.length ? [answerTrace(answers)] : []),
    ...[...syns.values()].map(({ outcome, again, list }) => synTrace(outcome, again, list)),
  ];
}

function pauseRate(data, pause, around, view, zero) {
  const { xs, accepted } = data.curves[pause.place];
  const points = { x: [], y: [] };
  let before = null;
  for (let i = 0; i < xs.length; i++) {
    if (xs[i] < around.start) before = accepted[i];
    else if (xs[i] <= around.end) {
      points.x.push((xs[i] - zero) / 1000);
      points.y.push(accepted[i]);
    }
  }
  if (before !== null) {
    points.x.unshift((around.start - zero) / 1000);
    points.y.unshift(before);
  }
  return {
    type: "scatter",
    mode: "lines",
    name: `accepted in the last ${view.settings.window} s`,
    x: points.x,
    y: points.y,
    line: { shape: "hv", width: 2, color: view.colors.ink },
    hovertemplate: `%{y} accepted in the last ${view.settings.window} s<br>%{x:.3f} s<extra></extra>`,
  };
}

function pauseShapes(pause, around, view, zero, top) {
  const seconds = (ms) => (ms - zero) / 1000;
  const band = (x0, x1, opacity) => ({
    type: "rect",
    yref: "paper",
    x0,
    x1,
    y0: 0,
    y1: 1,
    fillcolor: view.colors.band,
    opacity,
    line: { width: 0 },
    layer: "below",
  });
  const expected = view.settings.pause;
  const from = seconds(around.from);
  return [
    band(from, seconds(around.to), 0.05),
    band(seconds(around.first), seconds(around.last), 0.1),
    {
      type: "line",
      yref: "y",
      x0: from,
      x1: from + expected,
      y0: top * 0.08,
      y1: top * 0.08,
      line: { color: view.colors.strong, width: 3 },
      label: { text: `${expected} s`, yanchor: "bottom", font: { size: 11, color: view.colors.strong } },
    },
  ];
}

function drawPause(data, view) {
  const pause = data.pauses[view.pause - 1];
  if (!pause) return nothing("No pause was found.");
  const around = pauseWindow(pause, data.span);
  const zero = around.from;
  const all = attemptsNear(data, pause, around);
  const attempts = all.slice(0, SYN_ROWS);
  const rate = pauseRate(data, pause, around, view, zero);
  const top = 1.25 * Math.max(view.settings.limit, ...rate.y, 1);
  const layout = baseLayout(view.colors, 520);
  layout.margin.t = 60;
  const range = [(around.start - zero) / 1000, (around.end - zero) / 1000];
  layout.xaxis = axis(
    view.colors,
    `seconds after ${pause.last_answer ? "the last answer" : "the first unanswered SYN"}<br>${isoText(pause.last_answer ?? pause.first_unanswered)}${view.width < NARROW ? "<br>" : " "}${zoneText(zero / 1000)}`,
    {
      range,
      anchor: "y2",
      fixedrange: false,
      dtick: range[1] - range[0] > 240 ? null : view.width < 600 ? 30 : range[1] - range[0] > 60 ? 15 : 5,
    },
  );
  layout.yaxis = axis(view.colors, `accepted in ${view.settings.window} s`, { domain: [0.74, 1], range: [0, top] });
  layout.yaxis2 = axis(view.colors, "attempts, in their order", {
    domain: [0, 0.7],
    range: [attempts.length + 1, 0],
    showgrid: false,
  });
  layout.shapes = pauseShapes(pause, around, view, zero, top);
  mark(layout, view.colors, view.settings.limit, `limit ${view.settings.limit}`);
  const cut =
    all.length > attempts.length
      ? ` The first ${count(attempts.length)} of ${count(all.length)} attempts are drawn.`
      : "";
  const rows = attempts.map((attempt) => [
    attempt.number,
    attempt.row < 0 ? null : data.connections.value("client_ip", attempt.row),
    data.syns.text("time", attempt.syns[0].row),
    attempt.syns.length,
    attempt.row < 0 ? null : OUTCOMES[data.connections.value("outcome", attempt.row)].label,
    attempt.row < 0 ? null : data.connections.text("synack_time", attempt.row) || null,
    attempt.syns.map((syn) => syn.frame).join(" "),
  ]);
  return {
    traces: [rate, ...synTraces(data, attempts, view, zero)],
    layout,
    sentence: `${pauseSentence(pause, view)}.${cut}`,
    table: {
      caption: `Attempts around pause ${pause.number}`,
      head: ["connection", "client", `first SYN (${view.zone})`, "SYNs", "outcome", "SYN/ACK", "SYN frames"],
      rows,
    },
  };
}
