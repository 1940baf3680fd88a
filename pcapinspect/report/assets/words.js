/* The words and marks that every panel shares: one outcome looks the same everywhere, and never by colour alone. */

const OUTCOMES = {
  established: { label: "established", color: "#0072B2", pattern: "", symbol: "circle" },
  half_open: { label: "half open", color: "#E69F00", pattern: "-", symbol: "diamond" },
  unanswered: { label: "unanswered", color: "#D55E00", pattern: "/", symbol: "x-thin" },
  refused: { label: "refused", color: "#CC79A7", pattern: "x", symbol: "square" },
  unreachable: { label: "unreachable", color: "#8A3F6B", pattern: ".", symbol: "triangle-down" },
  answered_otherwise: { label: "answered otherwise", color: "#8A6D00", pattern: "+", symbol: "diamond-open" },
  undetermined: { label: "undetermined", color: "#6B7280", pattern: "\\", symbol: "circle-open" },
  midstream: { label: "midstream", color: "#9AA3AE", pattern: "|", symbol: "line-ew" },
};

/* Attempts in the order in which they are stacked: what worked at the bottom. Midstream connections are no attempts. */
const ATTEMPTS = [
  "established",
  "half_open",
  "unanswered",
  "refused",
  "unreachable",
  "answered_otherwise",
  "undetermined",
];

/* The rungs of an attempt, and why it came no higher: in the order of their numbers in every row (load/model.py). */
const RUNGS = ["dialled", "accepted", "asked", "answered", "succeeded"];
const FELLS = [
  "silence",
  "reset",
  "icmp",
  "otherwise",
  "no_request",
  "not_delivered",
  "no_response",
  "error",
  "pending",
];

const FELL_MARKS = {
  silence: { label: "without any answer to the SYN", color: "#D55E00", pattern: "/" },
  reset: { label: "reset by the server", color: "#CC79A7", pattern: "x" },
  icmp: { label: "rejected by an ICMP error", color: "#8A3F6B", pattern: "." },
  otherwise: { label: "answered, but neither accepted nor refused", color: "#8A6D00", pattern: "+" },
  no_request: { label: "accepted, and no whole request sent", color: "#E69F00", pattern: "-" },
  not_delivered: { label: "sent, and never acknowledged", color: "#4B3F99", pattern: "|" },
  no_response: { label: "delivered, and without response", color: "#D55E00", pattern: "\\" },
  error: { label: "answered with an error", color: "#009E73", pattern: "." },
  pending: { label: "answered with PENDING", color: "#56B4E9", pattern: "/" },
  unknown: { label: "of which the capture does not show it", color: "#6B7280", pattern: "\\" },
};

/* Okabe-Ito, those with 3:1 contrast on white first; the patterns tell them apart without colour. */
const SERIES = [
  { color: "#0072B2", pattern: "" },
  { color: "#D55E00", pattern: "/" },
  { color: "#009E73", pattern: "." },
  { color: "#CC79A7", pattern: "x" },
  { color: "#6B7280", pattern: "\\" },
  { color: "#8A6D00", pattern: "-" },
  { color: "#4B3F99", pattern: "+" },
];

/* Operations and response codes that IOS PKI knows look the same in every report; others take what is left of SERIES. */
const OPERATION_MARKS = {
  GetNextCACert: SERIES[1],
  GetCACert: SERIES[0],
  GetCACaps: SERIES[2],
  PKIOperation: SERIES[3],
  "not SCEP": SERIES[4],
};

const STATUS_MARKS = { 2: SERIES[0], 3: SERIES[2], 4: SERIES[1], 5: SERIES[3], n: SERIES[4] };

const NO_RESPONSE = "no response";
const NOT_SCEP = "not SCEP";

function count(n) {
  return n.toLocaleString("en-US");
}

function plural(n, one, many = one + "s") {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/* A number stays in one line with its unit. */
const GAP = "\u00a0";

/* Seconds for people: microseconds below a millisecond, minutes above two. */
function duration(seconds) {
  if (seconds === null || Number.isNaN(seconds)) return "–";
  const size = Math.abs(seconds);
  if (size === 0) return `0${GAP}s`;
  if (size < 0.001) return `${(seconds * 1e6).toFixed(0)}${GAP}µs`;
  if (size < 1) return `${(seconds * 1e3).toFixed(size < 0.01 ? 2 : 1)}${GAP}ms`;
  if (size < 120) return `${seconds.toFixed(size < 10 ? 2 : 1)}${GAP}s`;
  if (size < 7200) return `${(seconds / 60).toFixed(1)}${GAP}min`;
  return `${(seconds / 3600).toFixed(1)}${GAP}h`;
}

function percent(part, whole) {
  const share = whole ? (100 * part) / whole : 0;
  return `${share >= 10 || share === 0 ? share.toFixed(0) : share.toFixed(1)}${GAP}%`;
}
