/* Time. A moment is {s, n}: seconds since 1970 and nanoseconds, so that every digit of the capture is kept.
   Axes carry milliseconds since 1970 (UTC) as plain numbers; labels are made here, in the zone of the report. */

const Zone = { name: "UTC", offsets: [[0, 0]] };

/* Seconds that the zone is ahead of UTC at a moment; `offsets` holds [from this second on, seconds ahead]. */
function offsetAt(seconds) {
  let found = Zone.offsets[0][1];
  for (const [from, ahead] of Zone.offsets) {
    if (from > seconds) break;
    found = ahead;
  }
  return found;
}

function offsetText(ahead) {
  const size = Math.abs(ahead);
  const pad = (n) => String(n).padStart(2, "0");
  return `UTC${ahead < 0 ? "-" : "+"}${pad(Math.floor(size / 3600))}:${pad(Math.floor((size % 3600) / 60))}`;
}

function zoneText(seconds) {
  return Zone.name === "UTC" ? "UTC" : `${Zone.name}, ${offsetText(offsetAt(seconds))}`;
}

/* `2026-03-02 03:14:05.123456789` in the zone of the report, with `digits` decimals. */
function momentText(s, n, digits = 9) {
  const local = new Date((s + offsetAt(s)) * 1000).toISOString();
  const text = `${local.slice(0, 10)} ${local.slice(11, 19)}`;
  return digits ? `${text}.${String(n).padStart(9, "0").slice(0, digits)}` : text;
}

function msText(ms, digits = 3) {
  const s = Math.floor(ms / 1000);
  const n = Math.min(999999999, Math.round((ms - s * 1000) * 1e6));
  return momentText(s, n, digits);
}

/* ISO 8601 as the report has it, to milliseconds on an axis. null where there is none. */
function msOf(iso) {
  if (!iso) return null;
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/.exec(iso.trim());
  if (!match) return null;
  const whole = Date.parse(`${match[1]}T${match[2]}${match[4] || "Z"}`);
  return Number.isNaN(whole) ? null : whole + Number((match[3] || "0").padEnd(9, "0")) / 1e6;
}

/* The exact text of an ISO time of the report. */
function isoText(iso, digits = 9) {
  if (!iso) return "–";
  const nanoseconds = (/\.(\d+)/.exec(iso) || ["", "0"])[1].padEnd(9, "0");
  return momentText(Math.floor(Date.parse(iso.replace(/\.\d+/, "")) / 1000), nanoseconds, digits);
}

/* A sentence of the report with its times in the zone of the page; which zone is said where it is not UTC. */
function zonedText(sentence) {
  return sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (iso) => {
    const ms = msOf(iso);
    if (ms === null || Zone.name === "UTC") return iso;
    return `${isoText(iso, 0)} (${offsetText(offsetAt(ms / 1000))})`;
  });
}

function isoOfMs(ms) {
  return new Date(ms).toISOString();
}

/* The date of a span in the zone of the report; null where it is of more than one day. */
function dayOf({ from, to }) {
  const [first, last] = [from, to].map((ms) => msText(ms, 0).slice(0, 10));
  return first === last ? first : null;
}

/* What a person types as time: ISO with an offset, or in the zone of the report; without a date where the span is of
   one day. null where it is no time. */
function msTyped(text, span) {
  const day = /^\s*\d\d:\d\d(:|\s*$)/.test(text) ? dayOf(span) : "";
  const typed = `${day} ${text.trim()}`.trim();
  if (!typed || day === null) return null;
  if (/(Z|[+-]\d\d:\d\d)$/.test(typed)) return msOf(typed);
  const local = msOf(typed);
  if (local === null) return null;
  const guess = local / 1000 - offsetAt(local / 1000);
  return local - offsetAt(guess) * 1000;
}

const STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10800, 21600, 43200, 86400, 172800, 604800,
];

const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240];

/* Ticks of a time axis from `from` to `to` (ms): at whole steps of the zone's clock, the day where it changes. */
function timeTicks(from, to, most) {
  const step = STEPS.find((s) => (to - from) / 1000 / s <= most);
  return step === undefined ? monthTicks(from, to, most) : clockTicks(from, to, step, most);
}

function clockTicks(from, to, step, most) {
  const values = [];
  const texts = [];
  let day = "";
  let next = Math.ceil((from / 1000 + offsetAt(from / 1000)) / step - 1e-9);
  for (; values.length <= 2 * most; next++) {
    const guess = next * step - offsetAt(from / 1000);
    const seconds = next * step - offsetAt(guess);
    if (seconds * 1000 > to + 1e-6) break;
    // an hour that the clock skips or repeats has its tick once
    if (seconds * 1000 < from - 1e-6 || seconds * 1000 <= values[values.length - 1]) continue;
    const text = msText(Math.round(seconds * 1e6) / 1e3, 3);
    const clock = step >= 60 ? text.slice(11, 16) : step >= 1 ? text.slice(11, 19) : text.slice(11, 23);
    const label = step >= 86400 ? text.slice(0, 10) : clock;
    texts.push(step < 86400 && text.slice(0, 10) !== day ? `${label}<br>${text.slice(0, 10)}` : label);
    day = text.slice(0, 10);
    values.push(seconds * 1000);
  }
  return { values, texts };
}

/* For ranges of months and years: first days of months. */
function monthTicks(from, to, most) {
  const months = (to - from) / 1000 / 2629800;
  const step = MONTH_STEPS.find((s) => months / s <= most) || 1200;
  const values = [];
  const texts = [];
  const begin = new Date(from + offsetAt(from / 1000) * 1000);
  let month = Math.ceil((begin.getUTCFullYear() * 12 + begin.getUTCMonth()) / step) * step;
  for (; values.length <= 2 * most; month += step) {
    const local = Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
    const seconds = local - offsetAt(local - offsetAt(local));
    if (seconds * 1000 > to) break;
    if (seconds * 1000 < from) continue;
    values.push(seconds * 1000);
    texts.push(new Date(local * 1000).toISOString().slice(0, step % 12 ? 7 : 4));
  }
  return { values, texts };
}
