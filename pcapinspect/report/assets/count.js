/* Counting what a filter leaves. Pure functions over tables: no page, no chart. */

const MINUTE = 60000;
const DAY = 1440 * MINUTE;
const BINS = [
  100,
  200,
  500,
  1000,
  2000,
  5000,
  10000,
  15000,
  30000,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 360, 720].map((minutes) => minutes * MINUTE),
  DAY,
  7 * DAY,
  30 * DAY,
];

/* Length (ms) of a bin such that a range has at most `most` bins. */
function binSize(from, to, most, least = 1000) {
  return BINS.find((size) => size >= least && (to - from) / size <= most) || Math.ceil((to - from) / most / DAY) * DAY;
}

/* How many bins a chart of so many pixels has room for. */
function binsFor(width) {
  return Math.max(30, Math.min(120, Math.floor(width / 9)));
}

function sizeText(size) {
  if (size < MINUTE) return size === 1000 ? "a second" : `in ${size / 1000} s`;
  if (size < 60 * MINUTE) return size === MINUTE ? "a minute" : `in ${size / MINUTE} min`;
  return size === 60 * MINUTE ? "an hour" : `in ${size / MINUTE / 60} h`;
}

/* Below this a chart of minutes is two blocks or three: it says nothing of when. */
const FEW_MINUTES = 3 * MINUTE;

/* Length (ms) of a bar of attempts. Minutes, as the limit has them; but where the time is short, shorter ones. */
function attemptBin(data, from, to, most) {
  return !data.document.capture.flows_only && to - from < FEW_MINUTES
    ? binSize(from, to, 60, 100)
    : binSize(from, to, most, MINUTE);
}

function binOf(ms, size) {
  return Math.floor(ms / size) * size;
}

/* Attempts by minute from the table `minutes` that Python counted on the whole capture:
   Map of minute (ms) -> {minute, attempts, established, ..., row}, for one server. */
function minutesOfServer(data, place, from, to) {
  const table = data.minutes;
  const found = new Map();
  for (let row = 0; row < table.length; row++) {
    if (data.minuteServer[row] !== place) continue;
    const minute = table.value("minute", row);
    if (minute + MINUTE <= from || minute > to) continue;
    const counts = { minute, row };
    for (const outcome of ATTEMPTS) counts[outcome] = table.value(outcome, row) || 0;
    counts.attempts = table.value("attempts", row);
    found.set(minute, counts);
  }
  return found;
}

/* The same from rows that a filter left, by bins of `size` ms; of one server, or of all where `place` is null. */
function attemptsOfRows(data, rows, place, size) {
  const { connections } = data.every;
  const found = new Map();
  for (const row of rows) {
    if (place !== null && connections.server[row] !== place) continue;
    const outcome = data.every.outcome(row);
    if (outcome === "midstream") continue;
    const minute = binOf(connections.start[row], size);
    let counts = found.get(minute);
    if (!counts) {
      counts = { minute, attempts: 0, row: null };
      for (const name of ATTEMPTS) counts[name] = 0;
      found.set(minute, counts);
    }
    counts.attempts += 1;
    counts[outcome] += 1;
  }
  return found;
}

/* Of each bin of `size` ms its busiest minute, where a bin has several: peaks are never averaged away. */
function busiest(perMinute, size) {
  const best = new Map();
  for (const counts of perMinute.values()) {
    const bin = binOf(counts.minute, size);
    const other = best.get(bin);
    if (!other || counts.attempts > other.attempts) best.set(bin, { ...counts, bin });
  }
  return [...best.values()].sort((a, b) => a.bin - b.bin);
}

/* Points of a stepped curve for drawing: per pixel column its first, lowest, highest and last, so no peak is lost. */
function thin(xs, ys, from, to, columns) {
  let first = 0;
  while (first + 1 < xs.length && xs[first + 1] <= from) first += 1;
  let last = xs.length - 1;
  while (last > 0 && xs[last] > to) last -= 1;
  if (last - first < 4 * columns) return { x: xs.slice(first, last + 1), y: ys.slice(first, last + 1) };
  const width = (to - from) / columns;
  const keep = [];
  let at = first;
  while (at <= last) {
    const end = xs[at] + width;
    let low = at;
    let high = at;
    let next = at;
    while (next <= last && xs[next] < end) {
      if (ys[next] < ys[low]) low = next;
      if (ys[next] > ys[high]) high = next;
      next += 1;
    }
    for (const index of [...new Set([at, low, high, next - 1])].sort((a, b) => a - b)) keep.push(index);
    at = next;
  }
  return { x: keep.map((i) => xs[i]), y: keep.map((i) => ys[i]) };
}

/* Intervals in order of their begins, those that overlap or are less than `gap` apart made one. */
function joined(intervals, gap) {
  const found = [];
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = found[found.length - 1];
    if (last && from - last[1] < gap) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

/* Counts by (key, bin): {keys sorted by total, bins sorted, of(key, bin), total(key)}. `key` null leaves a row out. */
function crossCount(rows, keyOf, msOfRow, size) {
  const cells = new Map();
  const totals = new Map();
  const bins = new Set();
  for (const row of rows) {
    const key = keyOf(row);
    const ms = msOfRow(row);
    if (key === null || ms === null) continue;
    const bin = binOf(ms, size);
    bins.add(bin);
    totals.set(key, (totals.get(key) || 0) + 1);
    const cell = cells.get(key) || new Map();
    cell.set(bin, (cell.get(bin) || 0) + 1);
    cells.set(key, cell);
  }
  const keys = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a) || compareNames(a, b));
  return {
    keys,
    bins: [...bins].sort((a, b) => a - b),
    of: (key, bin) => (cells.get(key) && cells.get(key).get(bin)) || 0,
    total: (key) => totals.get(key) || 0,
  };
}

/* 10.0.0.9 before 10.0.0.10. */
function compareNames(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}

/* Nearest rank (ceil(p*n)) of sorted values: a value that was measured, never one between two. */
function percentile(sorted, share) {
  if (!sorted.length) return null;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/* How many of `values` lie in each of `edges.length - 1` bins; the last bin includes its end. */
function histogram(values, edges) {
  const counts = new Array(edges.length - 1).fill(0);
  for (const value of values) {
    if (value < edges[0] || value > edges[edges.length - 1]) continue;
    let bin = 0;
    while (bin + 2 < edges.length && value >= edges[bin + 1]) bin += 1;
    counts[bin] += 1;
  }
  return counts;
}
