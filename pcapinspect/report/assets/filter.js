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

/* 1 for each row of a text column that has the word; all 1 where no word is asked for. */
function matching(table, column, word, missing = null) {
  const mask = new Uint8Array(table.length);
  for (let row = 0; row < table.length; row++) {
    const value = table.value(column, row);
    mask[row] = (value === null ? missing : String(value)) === word ? 1 : 0;
  }
  return mask;
}

function within(table, column, filter, mask) {
  if (filter.from === null && filter.to === null) return;
  for (let row = 0; row < table.length; row++) {
    const at = table.value(column, row);
    if (at === null || (filter.from !== null && at < filter.from) || (filter.to !== null && at > filter.to))
      mask[row] = 0;
  }
}

function and(mask, other) {
  for (let row = 0; row < mask.length; row++) mask[row] &= other[row];
}

/* The rows that a filter leaves: {connections, exchanges}, each a mask of 0 and 1.
   A connection is in the time where it began, an exchange where it was asked (or, without a request, answered).
   A connection has an operation or a status where one of its exchanges has both. */
function apply(filter, data) {
  const { connections, exchanges, exchangeConnection, connectionServer, exchangeServer, servers } = data;
  const own = new Uint8Array(connections.length).fill(1);
  const asked = new Uint8Array(exchanges.length).fill(1);
  if (filter.server) {
    const place = servers.indexOf(filter.server);
    for (let row = 0; row < own.length; row++) own[row] = connectionServer[row] === place ? 1 : 0;
    for (let row = 0; row < asked.length; row++) asked[row] = exchangeServer[row] === place ? 1 : 0;
  }
  if (filter.client) {
    and(own, matching(connections, "client_ip", filter.client));
    and(asked, matching(exchanges, "client_ip", filter.client));
  }
  if (filter.outcome) {
    const outcome = matching(connections, "outcome", filter.outcome);
    and(own, outcome);
    for (let row = 0; row < asked.length; row++)
      asked[row] &= exchangeConnection[row] < 0 ? 0 : outcome[exchangeConnection[row]];
  }
  if (filter.operation) and(asked, matching(exchanges, "operation", filter.operation, "not SCEP"));
  if (filter.status) and(asked, matching(exchanges, "status", filter.status, NO_RESPONSE));
  if (filter.operation || filter.status) {
    const having = new Uint8Array(connections.length);
    for (let row = 0; row < asked.length; row++)
      if (asked[row] && exchangeConnection[row] >= 0) having[exchangeConnection[row]] = 1;
    and(own, having);
  }
  within(connections, "start", filter, own);
  within(exchanges, "asked", filter, asked);
  return { connections: own, exchanges: asked };
}

function rowsOf(mask) {
  const rows = [];
  for (let row = 0; row < mask.length; row++) if (mask[row]) rows.push(row);
  return rows;
}
