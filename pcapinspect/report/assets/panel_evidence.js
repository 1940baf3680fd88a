/* What is not packets: the timers of the rollover, and lanes of logs and NetFlow on the time axis of the capture. */

const TIMER_NAMES = {
  ca_lifetime: "CA certificate's life",
  lifetime: "client certificate's life",
  auto_enroll: "auto-enroll",
  overlap: "overlap of auto-rollover",
};

function timerText(name, timer) {
  if (timer === null || timer.value === null) return "not known";
  return name === "auto_enroll" ? `${timer.value} %` : `${count(Math.round(timer.value / 8640) / 10)} days`;
}

/**
 * The rollover with dates, worst server first; null where no dates are known.
 * @param {ReportDocument} report
 */
function datedRollover(report) {
  return report.pki.rollover.find((found) => found.window_from && found.window_to && found.ca_expiry) || null;
}

function span(name, from, to, row, look, text, colors) {
  return bars(name, look, [to - from], [row], 0.55, colors, {
    orientation: "h",
    base: [from],
    hovertext: [`${inert(name)}<br>${inert(text)}`],
    showlegend: false,
  });
}

/* What lasts from when to when: [name, from, to, look, text]. */
function rolloverRows(asks, made, expiry, begin) {
  const day = (ms) => msText(ms, 0).slice(0, 10);
  const days = count(Math.round((made - asks) / DAY));
  return [
    ["CA certificate", begin, expiry, SERIES[0], `until ${day(expiry)}`],
    ["clients ask for the next one", asks, expiry, SERIES[2], `from ${day(asks)}`],
    ["the next one exists", made, expiry, SERIES[4], `from ${day(made)}`],
    ["asked for, not there yet", asks, made, SERIES[1], `${day(asks)} to ${day(made)}, ${days} days`],
  ].filter(([, from, to]) => to > from);
}

/* The moment of the capture, and beside each bar its dates where there is room. */
function rolloverNotes(layout, rows, now, view) {
  const line = { color: view.colors.ink, width: 2, dash: "dot" };
  layout.shapes = [{ type: "line", x0: now, x1: now, yref: "paper", y0: 0, y1: 1, line }];
  const here = { x: now, yref: "paper", y: 1, yanchor: "bottom", text: "this capture" };
  layout.annotations = [{ ...here, showarrow: false, font: { size: 11, color: view.colors.ink } }];
  if (view.width < 600) return;
  rows.forEach(([, from, , , text], y) => {
    const font = { size: 11, color: view.colors.muted };
    const place = { x: from, xanchor: "left", xshift: 2, y, yshift: 24, bgcolor: view.colors.card };
    layout.annotations.push({ ...place, showarrow: false, text, font });
  });
}

function drawRollover(data, view) {
  const found = datedRollover(data.document);
  if (!found) return nothing("No dates of a rollover are known.");
  const [asks, made, expiry] = [msOf(found.window_from), msOf(found.window_to), msOf(found.ca_expiry)];
  const margin = (expiry - Math.min(asks, made)) * 0.12; // room for the dates of a bar that begins late
  const range = [Math.min(asks, made, data.span.from) - margin, Math.max(expiry, data.span.to) + margin];
  const rows = rolloverRows(asks, made, expiry, range[0]);
  const layout = baseLayout(view.colors, 120 + 48 * rows.length);
  layout.showlegend = false;
  layout.margin.t = 24;
  layout.xaxis = timeAxis(view.colors, range, view.width, { fixedrange: true });
  layout.yaxis = axis(view.colors, "", {
    tickmode: "array",
    tickvals: rows.map((_, row) => row),
    ticktext: rows.map(([name]) => name),
    range: [rows.length - 0.4, -0.6],
    showgrid: false,
  });
  rolloverNotes(layout, rows, data.span.from, view);
  const timers = Object.entries(found.timers).map(([name, timer]) => [
    TIMER_NAMES[name] || name,
    timerText(name, timer),
    timer ? timer.source : null,
    timer && timer.assumed ? "assumed" : "read",
  ]);
  return {
    traces: rows.map(([name, from, to, look, text], row) => span(name, from, to, row, look, text, view.colors)),
    layout,
    sentence: zonedText(found.sentence),
    table: { caption: `Timers of ${found.server}`, head: ["timer", "value", "source", ""], rows: timers },
  };
}

const MOST_LISTED = 400;

function laneOf(record) {
  return record.mnemonic || record.kind.replaceAll("_", " ");
}

function ownTime(record) {
  return record.time === null ? "no time" : `${isoText(record.time)}, own clock`;
}

/* Only what has a sure place: a record by its own clock alone would stand at a false time. */
function logRecords(data, view) {
  const { records } = data.document.evidence.logs;
  return records
    .filter(({ capture_time }) => capture_time !== null)
    .map((record) => ({ ...record, ms: msOf(record.capture_time), lane: laneOf(record) }))
    .filter(({ ms }) => ms >= view.from && ms <= view.to);
}

function drawLogs(data, view) {
  const { logs } = data.document.evidence;
  const records = logRecords(data, view);
  const apart = logs.records.filter(({ capture_time }) => capture_time === null);
  const lost = apart.length
    ? ` ${plural(apart.length, "record")} without a sure place on this axis: the table lists them last, by their own clocks.`
    : "";
  if (!records.length)
    return nothing(
      `None of the ${plural(logs.records_seen, "record")} of the logs lies in this time.${lost.split(":")[0]}`,
    );
  const lanes = [...new Set(records.map(({ lane }) => lane))].sort(compareNames);
  const layout = baseLayout(view.colors, 90 + 26 * lanes.length);
  layout.showlegend = false;
  layout.margin.t = 12;
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width);
  layout.yaxis = axis(view.colors, "", {
    tickmode: "array",
    tickvals: lanes.map((_, lane) => lane),
    ticktext: lanes.map(inert),
    range: [lanes.length - 0.4, -0.6],
  });
  layout.shapes = pausesOver(data, view);
  const file = (record) => logs.files[record.file].path;
  const cut =
    logs.records_seen > logs.records.length
      ? ` The first ${count(logs.records.length)} of ${count(logs.records_seen)} records are in this page.`
      : "";
  const skewed = " Times are those of the capture: the skew of each clock is taken off.";
  return {
    traces: [
      {
        type: "scatter",
        mode: "markers",
        name: "log",
        x: records.map(({ ms }) => ms),
        y: records.map(({ lane }) => lanes.indexOf(lane)),
        marker: { symbol: "line-ns", size: 12, line: { width: 1.6, color: view.colors.link } },
        hoverinfo: "text",
        hovertext: records.map(
          (record) =>
            `${inert(isoText(record.capture_time))}<br>${inert(record.text)}<br>${inert(file(record))}, line ${record.line}`,
        ),
      },
    ],
    layout,
    sentence: `${plural(records.length, "record")} of logs in this time, in ${plural(lanes.length, "kind")}.${skewed}${cut}${lost}`,
    table: {
      caption: "Log records",
      head: [`time (${view.zone})`, "kind", "text", "file", "line"],
      rows: [...records.slice(0, MOST_LISTED), ...apart.slice(0, MOST_LISTED)].map((record) => [
        record.capture_time === null ? ownTime(record) : isoText(record.capture_time),
        laneOf(record),
        record.text,
        file(record),
        record.line,
      ]),
    },
  };
}

const SYN_FLAG = 0x02;
const ACK_FLAG = 0x10;

/* A flow whose sender never acknowledged anything: an attempt that, as far as the exporter saw, got no answer. */
function flowKind(table, row, ports) {
  if (!ports.includes(table.value("dst_port", row))) return "from the server";
  const flags = table.value("tcp_flags", row);
  if (flags === null || !(flags & (SYN_FLAG | ACK_FLAG))) return "to the server, flags not exported";
  return flags & ACK_FLAG ? "to the server, with ACK" : "to the server, SYN only";
}

const FLOW_MARKS = {
  "to the server, with ACK": SERIES[0],
  "to the server, SYN only": SERIES[1],
  "from the server": SERIES[2],
  "to the server, flags not exported": SERIES[4],
};

/* Milliseconds by which the exporters' clocks are ahead of the capture's; 0 where nothing tells. */
function flowClock(data) {
  const { comparison } = data.document.evidence.netflow;
  return 1000 * ((comparison && comparison.clock_offset) || 0);
}

function drawFlows(data, view) {
  const table = data.flows;
  const ahead = flowClock(data);
  const begin = (row) => table.value("start", row) - ahead;
  const rows = [];
  for (let row = 0; row < table.length; row++) {
    const at = table.value("start", row) === null ? null : begin(row);
    const client = view.filter.client;
    if (at === null || at < view.from || at > view.to) continue;
    if (client && !["src_ip", "dst_ip"].some((end) => isClient(table.value(end, row), client))) continue;
    rows.push(row);
  }
  if (!rows.length) return nothing("No flow record begins in this selection.");
  const size = binSize(view.from, view.to, 240);
  const kinds = crossCount(rows, (row) => flowKind(table, row, view.settings.ports), begin, size);
  const layout = baseLayout(view.colors, 300);
  layout.barmode = "stack";
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width);
  layout.yaxis = axis(view.colors, `flows ${sizeText(size)}`, { rangemode: "tozero" });
  layout.shapes = pausesOver(data, view);
  const clock = ahead ? " Times are those of the capture: the skew of the exporter's clock is taken off." : "";
  const part = table.complete ? "" : ` The page holds ${count(table.length)} of ${count(table.rows)} records.`;
  return {
    traces: stacked(
      kinds,
      size,
      view,
      {},
      () => ({}),
      "legend",
      (name) => FLOW_MARKS[name],
    ),
    layout,
    sentence: `${plural(rows.length, "flow record")} in this selection, ${count(kinds.total("to the server, SYN only"))} of them SYN only: weaker evidence than packets, for an exporter may not see or not report the answer.${clock}${part}`,
    table: {
      caption: "Flow records",
      head: ["kind", "records"],
      rows: kinds.keys.map((key) => [key, kinds.total(key)]),
    },
  };
}
