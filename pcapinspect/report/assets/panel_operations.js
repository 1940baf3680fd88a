/* What was asked, what was answered, and how long it took. */

const KEYS = 6;

const operationMark = (name, place) => OPERATION_MARKS[name] || SERIES[5 + (place % 2)];
const statusMark = (name) => STATUS_MARKS[name[0]] || SERIES[5];

/* The keys that have a series of their own; the rest is "other". */
function leading(crossed) {
  if (crossed.keys.length <= KEYS) return crossed.keys;
  return crossed.keys.slice(0, KEYS - 1);
}

function stacked(crossed, size, view, axes, custom, legend, markOf) {
  const keys = leading(crossed);
  const rest = crossed.keys.slice(keys.length);
  const groups = keys.map((key, place) => ({ name: key, mark: markOf(key, place), of: (bin) => crossed.of(key, bin) }));
  if (rest.length)
    groups.push({
      name: `${rest.length} others`,
      mark: SERIES[KEYS],
      of: (bin) => rest.reduce((sum, key) => sum + crossed.of(key, bin), 0),
    });
  const hover = crossed.bins.map((bin) =>
    [`<b>${inert(msText(bin, 0))}</b>, ${sizeText(size)}`]
      .concat(groups.filter(({ of }) => of(bin)).map(({ name, of }) => `${inert(name)}: ${count(of(bin))}`))
      .join("<br>"),
  );
  return groups.map(({ name, mark, of }) =>
    bars(
      inert(name),
      mark,
      crossed.bins.map((bin) => bin + size / 2),
      crossed.bins.map(of),
      barWidth(size, view.to - view.from, view.width),
      view.colors,
      {
        ...axes,
        legend,
        hovertext: hover,
        customdata: crossed.bins.map((bin) => ({ from: bin, to: bin + size - 1, ...custom(name) })),
        meta: custom(name),
      },
    ),
  );
}

/* [operation and response as JSON, exchanges], most first. */
function pairCounts(data, view) {
  const pairs = new Map();
  const add = (operation, status, n) => {
    const key = JSON.stringify([operation, status]);
    pairs.set(key, (pairs.get(key) || 0) + n);
  };
  for (const row of view.rows.exchanges) add(data.every.operation(row), data.every.status(row), 1);
  return [...pairs.entries()].sort((a, b) => b[1] - a[1]);
}

function drawOperations(data, view) {
  const rows = view.rows.exchanges;
  const { exchanges, operation: operationOf, status: statusOf } = data.every;
  if (!rows.length)
    return nothing(
      exchanges.length ? "No exchange in this selection." : "The capture holds no HTTP exchange on a watched port.",
    );
  const size = binSize(view.from, view.to, binsFor(view.width));
  const asked = (row) => exchanges.asked[row];
  const operations = crossCount(rows, operationOf, asked, size);
  const codes = crossCount(rows, statusOf, asked, size);
  const layout = baseLayout(view.colors, 470);
  layout.barmode = "stack";
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width, { anchor: "y2" });
  const most = Math.max(
    ...operations.bins.map((bin) => operations.keys.reduce((sum, key) => sum + operations.of(key, bin), 0)),
  );
  const per = sizeText(size);
  layout.yaxis = countAxis(view.colors, `requests ${per}`, most, { domain: [0.57, 0.93] });
  layout.yaxis2 = countAxis(view.colors, `responses ${per}`, most, { domain: [0, 0.37] });
  layout.legend = { ...layout.legend, y: 0.94 };
  layout.legend2 = { ...layout.legend, y: 0.38 };
  layout.shapes = pausesOver(data, view, ["y domain", "y2 domain"]);
  const known = new Set(operations.keys);
  const traces = [
    ...stacked(
      operations,
      size,
      view,
      { yaxis: "y" },
      (name) => (known.has(name) ? { operation: name } : {}),
      "legend",
      operationMark,
    ),
    ...stacked(
      codes,
      size,
      view,
      { yaxis: "y2" },
      (name) => (/^\d+$|^no /.test(name) ? { status: name } : {}),
      "legend2",
      statusMark,
    ),
  ];
  const sorted = pairCounts(data, view);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  const [operation, status] = JSON.parse(sorted[0][0]);
  return {
    traces,
    layout,
    sentence: `Most frequent: ${operation} answered with ${status}, ${count(sorted[0][1])} of ${plural(total, "exchange")} (${percent(sorted[0][1], total)}).`,
    table: {
      caption: "Exchanges by operation and response code",
      head: ["operation", "response", "exchanges"],
      rows: sorted.map(([key, n]) => [...JSON.parse(key), n]),
    },
  };
}

const SHARES = [
  { share: 0.5, name: "p50", dash: "solid", color: "#0072B2", symbol: "circle" },
  { share: 0.9, name: "p90", dash: "dash", color: "#009E73", symbol: "square" },
  { share: 0.99, name: "p99", dash: "dot", color: "#D55E00", symbol: "diamond" },
];

/* Sorted latencies by bin, and of all. One of 0 is real (both packets in one tick of the clock), one below is none. */
function latencies(data, view, size) {
  const { exchanges } = data.every;
  const byBin = new Map();
  const all = [];
  for (const row of view.rows.exchanges) {
    if (exchanges.latency[row] < 0) continue;
    const latency = exchanges.latency[row] / 1e6;
    const bin = binOf(exchanges.asked[row], size);
    if (!byBin.has(bin)) byBin.set(bin, []);
    byBin.get(bin).push(latency);
    all.push(latency);
  }
  for (const values of [all, ...byBin.values()]) values.sort((a, b) => a - b);
  return { byBin, all, bins: [...byBin.keys()].sort((a, b) => a - b) };
}

/* A logarithmic axis has no 0. */
const LEAST_LATENCY = 1e-6;

/* One percentile over the bins; where nobody was answered the line is broken. */
function latencyTrace({ share, name, dash, color, symbol }, byBin, bins, size) {
  const trace = { x: [], y: [], hovertext: [], customdata: [] };
  bins.forEach((bin, place) => {
    const value = percentile(byBin.get(bin), share);
    if (place && bin - bins[place - 1] > size) {
      trace.x.push(bin);
      for (const list of [trace.y, trace.hovertext, trace.customdata]) list.push(null);
    }
    trace.x.push(bin + size / 2);
    trace.y.push(Math.max(LEAST_LATENCY, value));
    trace.hovertext.push(
      `<b>${inert(msText(bin, 0))}</b>, ${sizeText(size)}<br>` +
        SHARES.map((one) => `${one.name}: ${duration(percentile(byBin.get(bin), one.share))}`).join("<br>") +
        `<br>${plural(byBin.get(bin).length, "response")}`,
    );
    trace.customdata.push({ from: bin, to: bin + size - 1 });
  });
  const look = { line: { color, dash, width: 1.8 }, marker: { symbol, size: 5, color } };
  return { type: "scatter", mode: "lines+markers", name, hoverinfo: "text", ...look, ...trace };
}

function drawLatency(data, view) {
  const size = binSize(view.from, view.to, binsFor(view.width));
  const { byBin, all, bins } = latencies(data, view, size);
  if (!all.length) return nothing("No answered request in this selection, so no latency.");
  const layout = baseLayout(view.colors, 330);
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width);
  layout.yaxis = axis(view.colors, `time to the response, percentiles ${sizeText(size)}`, {
    type: "log",
    fixedrange: false,
    ...decades(Math.max(LEAST_LATENCY, all[0]), Math.max(LEAST_LATENCY, all[all.length - 1])),
  });
  layout.shapes = pausesOver(data, view);
  const say = SHARES.map(({ share, name }) => `${name} ${duration(percentile(all, share))}`).join(", ");
  return {
    traces: SHARES.map((share) => latencyTrace(share, byBin, bins, size)),
    layout,
    sentence: `Time from the request's last byte to the response's first: ${say}, slowest ${duration(all[all.length - 1])} (${plural(all.length, "response")}).`,
    table: {
      caption: "Latency percentiles",
      head: [`from (${view.zone})`, "responses", "p50 s", "p90 s", "p99 s"],
      rows: bins.map((bin) => [
        msText(bin, 0),
        byBin.get(bin).length,
        ...SHARES.map(({ share }) => percentile(byBin.get(bin), share)),
      ]),
    },
  };
}

/* A logarithmic axis from `least` to `most` seconds, in words of time: ticks at powers of ten, in a short range also
   at their 2 and 5 times. */
function decades(least, most) {
  const low = Math.floor(Math.log10(least));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  const parts = high - low <= 2 ? [1, 2, 5] : [1];
  const tickvals = [];
  for (let power = low; power <= high; power++) for (const part of parts) tickvals.push(part * 10 ** power);
  return {
    range: [low, high],
    tickmode: "array",
    tickvals,
    ticktext: tickvals.map((value) => duration(value).replace(/\.0+(?=\s)/, "")),
  };
}

/* How many SYNs an attempt took: the ladder of retransmissions. */
function drawHandshakes(data, view) {
  const { connections, outcome: outcomeOf } = data.every;
  const steps = new Map();
  let attempts = 0;
  for (const row of view.rows.connections) {
    const outcome = outcomeOf(row);
    if (outcome === "midstream") continue;
    const syns = Math.min(8, connections.syn_packets[row] || 1);
    const cell = steps.get(syns) || {};
    cell[outcome] = (cell[outcome] || 0) + 1;
    steps.set(syns, cell);
    attempts += 1;
  }
  if (!attempts) return nothing("No attempt in this selection.");
  const places = [...steps.keys()].sort((a, b) => a - b);
  const label = (syns) => (syns === 8 ? "8 or more" : String(syns));
  const traces = ATTEMPTS.filter((outcome) => places.some((syns) => steps.get(syns)[outcome])).map((outcome) =>
    bars(
      OUTCOMES[outcome].label,
      OUTCOMES[outcome],
      places,
      places.map((syns) => steps.get(syns)[outcome] || 0),
      0.7,
      view.colors,
      {
        hovertext: places.map(
          (syns) => `${label(syns)} SYN: ${count(steps.get(syns)[outcome] || 0)} ${OUTCOMES[outcome].label}`,
        ),
        customdata: places.map(() => ({ outcome })),
        meta: { outcome },
      },
    ),
  );
  const layout = baseLayout(view.colors, 330);
  layout.barmode = "stack";
  layout.xaxis = axis(view.colors, "SYN packets of an attempt", {
    tickmode: "array",
    tickvals: places,
    ticktext: places.map(label),
  });
  layout.yaxis = countAxis(
    view.colors,
    "attempts",
    Math.max(...places.map((syns) => Object.values(steps.get(syns)).reduce((a, b) => a + b, 0))),
  );
  const again = places
    .filter((syns) => syns > 1)
    .reduce((sum, syns) => sum + Object.values(steps.get(syns)).reduce((a, b) => a + b, 0), 0);
  return {
    traces,
    layout,
    sentence: `${plural(again, "attempt")} of ${count(attempts)} (${percent(again, attempts)}) sent the SYN more than once.`,
    table: {
      caption: "Attempts by number of SYN packets",
      head: ["SYN packets", ...ATTEMPTS.map((outcome) => OUTCOMES[outcome].label)],
      rows: places.map((syns) => [label(syns), ...ATTEMPTS.map((outcome) => steps.get(syns)[outcome] || 0)]),
    },
  };
}
