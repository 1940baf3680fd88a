/* The one filter. Every panel, table and total follows it; it lives in the address (#from=...&client=...). */

const FILTER_NAMES = ["from", "to", "server", "client", "outcome", "operation", "status"];

function emptyFilter() {
  return { from: null, to: null, server: "", client: "", outcome: "", operation: "", status: "" };
}

function filterToHash(filter) {
  const words = new URLSearchParams();
  for (const name of FILTER_NAMES) {
    const value = filter[name];
    if (value === null || value === "") continue;
    words.set(name, name === "from" || name === "to" ? isoOfMs(value) : value);
  }
  return words.toString();
}

/* Whatever the address holds, the result is a filter: unknown names are left out, and a time that is none is none. */
function filterFromHash(hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const filter = emptyFilter();
  for (const name of FILTER_NAMES) {
    const value = words.get(name);
    if (value === null) continue;
    filter[name] = name === "from" || name === "to" ? msOf(value) : value;
  }
  if (filter.from !== null && filter.to !== null && filter.from > filter.to) filter.from = filter.to = null;
  return filter;
}

/* True of an address that names a place of the page, not a filter. */
function isPlace(hash) {
  return hash.length > 1 && !hash.includes("=");
}

function isEmpty(filter) {
  return FILTER_NAMES.every((name) => filter[name] === null || filter[name] === "");
}

/* True where only time and server are set: what the aggregates of Python can answer exactly. */
function onlyTimeAndServer(filter) {
  return !filter.client && !filter.outcome && !filter.operation && !filter.status;
}

function statusText(status) {
  return status === null ? NO_RESPONSE : String(status);
}

/* Takes from a mask the rows whose number in a column is not the one asked for. */
function keep(mask, column, number) {
  for (let row = 0; row < mask.length; row++) if (column[row] !== number) mask[row] = 0;
}

function within(times, filter, mask) {
  const from = filter.from ?? -Infinity;
  const to = filter.to ?? Infinity;
  for (let row = 0; row < mask.length; row++) if (times[row] < from || times[row] > to) mask[row] = 0;
}

/* Takes from a mask of exchanges those whose connection is not in the other. */
function ofConnections(asked, connection, own) {
  for (let row = 0; row < asked.length; row++) if (!own[connection[row]]) asked[row] = 0;
}

/* The number of a response: that of a status, -1 for none; NaN for a word that is neither. */
function statusNumber(word) {
  return word === NO_RESPONSE ? -1 : Number(word);
}

/* An IPv4 address as a number; NaN for anything else. */
function addressNumber(text) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  return parts ? parts.slice(1).reduce((number, part) => number * 256 + Number(part), 0) : NaN;
}

/* Whether an address is the one asked for, or begins so (10.22.0, 2001:db8), or lies in the net (10.22.0.0/24). */
function isClient(name, asked) {
  if (name === null || name === asked) return name !== null;
  const [net, bits] = asked.split("/");
  if (bits !== undefined) {
    const size = 2 ** (32 - Number(bits));
    return (
      size >= 1 && size <= 2 ** 32 && Math.floor(addressNumber(name) / size) === Math.floor(addressNumber(net) / size)
    );
  }
  return [".", ":"].some((sign) => name.startsWith(asked.endsWith(sign) ? asked : asked + sign));
}

/* The rows that a filter leaves: {connections, exchanges}, each a mask of 0 and 1 over every row of the capture.
   A connection is in the time where it began, an exchange where it was asked (or, without a request, answered); times
   are whole milliseconds. A connection has an operation or a status where one of its exchanges has both. */
function apply(filter, data) {
  const { connections, exchanges, clients, outcomes, operations } = data.every;
  const own = new Uint8Array(connections.length).fill(1);
  const asked = new Uint8Array(exchanges.length).fill(1);
  if (filter.server) keep(own, connections.server, data.servers.indexOf(filter.server));
  if (filter.client) {
    const named = clients.map((name) => isClient(name, filter.client));
    for (let row = 0; row < own.length; row++) if (!named[connections.client[row]]) own[row] = 0;
  }
  if (filter.outcome) keep(own, connections.outcome, outcomes.indexOf(filter.outcome));
  if (filter.server || filter.client || filter.outcome) ofConnections(asked, exchanges.connection, own);
  if (filter.operation) keepOperation(asked, exchanges.operation, operations, filter.operation);
  if (filter.status) keep(asked, exchanges.status, statusNumber(filter.status));
  if (filter.operation || filter.status) {
    const having = new Uint8Array(connections.length);
    for (let row = 0; row < asked.length; row++) if (asked[row]) having[exchanges.connection[row]] = 1;
    for (let row = 0; row < own.length; row++) own[row] &= having[row];
  }
  if (filter.from !== null || filter.to !== null) {
    within(connections.start, filter, own);
    within(exchanges.asked, filter, asked);
  }
  return { connections: own, exchanges: asked };
}

function keepOperation(asked, column, operations, name) {
  const number = operations.indexOf(name);
  if (number >= 0 || name === NOT_SCEP) keep(asked, column, number);
  else asked.fill(0);
}

function rowsOf(mask) {
  const rows = [];
  for (let row = 0; row < mask.length; row++) if (mask[row]) rows.push(row);
  return rows;
}
