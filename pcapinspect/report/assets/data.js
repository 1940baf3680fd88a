/* The data of the page: gzip in base64, inflated by the browser; columns in the packing of html_data.py. */

function inflate(id) {
  const text = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

/* A column of every row (html_rows.py): a typed array, in memory of its own so that its numbers are aligned. */
function numbers({ type, at, length, from }, block) {
  const kind = globalThis[type];
  const found = new kind(block.slice(at, at + length * kind.BYTES_PER_ELEMENT));
  if (from === null) return found;
  const risen = new Float64Array(length);
  for (let i = 0, value = from; i < length; i++) risen[i] = value += found[i];
  return risen;
}

/* What charts and filters count: a few numbers of every connection and exchange of the capture, in typed arrays.
   connections: start (ms), server, client, outcome (places in words), syn_packets, rung and fell (places in RUNGS
   and FELLS, -1: none); its row is the connection's number.
   exchanges: connection, asked (ms), operation (-1: not SCEP), status (-1: none), latency (microseconds, -1: none). */
function everyRow(head, block) {
  const columns = (of) => Object.fromEntries(Object.entries(of).map(([name, form]) => [name, numbers(form, block)]));
  const connections = columns(head.connections);
  const exchanges = columns(head.exchanges);
  const asked = new Float64Array(exchanges.asked.length);
  const firstExchange = new Map();
  for (let row = 0; row < asked.length; row++) {
    asked[row] = connections.start[exchanges.connection[row]] + exchanges.asked[row];
    if (!firstExchange.has(exchanges.connection[row])) firstExchange.set(exchanges.connection[row], row);
  }
  return {
    ...head,
    connections: { ...connections, length: connections.start.length },
    exchanges: { ...exchanges, asked, length: asked.length },
    firstExchange,
    operation: (row) => head.operations[exchanges.operation[row]] ?? NOT_SCEP,
    status: (row) => (exchanges.status[row] < 0 ? NO_RESPONSE : String(exchanges.status[row])),
    outcome: (row) => head.outcomes[connections.outcome[row]],
  };
}

/* A table: `length` rows here, of `rows` in the report; columns by name. */
class Table {
  constructor(name, packed) {
    this.name = name;
    this.rows = packed.rows;
    this.length = packed.shown;
    this.names = packed.names;
    this.heads = packed.heads; // what people read above each column
    this.listed = packed.listed; // the columns that people read, in their order
    this.columns = {};
    for (const [column, form] of Object.entries(packed.columns)) this.columns[column] = unpack(form, packed.shown);
    this.complete = this.rows === this.length;
  }

  has(column) {
    return column in this.columns;
  }

  /* The value as filters and charts compare it: text, number, boolean, milliseconds for a time; null where missing. */
  value(column, row) {
    const found = this.columns[column];
    if (!found) return null;
    if (found.kind === "time") return found.n[row] < 0 ? null : found.s[row] * 1000 + found.n[row] / 1e6;
    if (found.kind === "text") return found.i[row] < 0 ? null : found.words[found.i[row]];
    return found.v[row];
  }

  /* The value as people read it. */
  text(column, row) {
    const found = this.columns[column];
    if (!found) return "";
    if (found.kind === "time") return found.n[row] < 0 ? "" : momentText(found.s[row], found.n[row]);
    const value = this.value(column, row);
    if (value === null) return "";
    if (found.kind === "seconds") return value.toFixed(9).replace(/(\.\d{3}\d*?)0+$/, "$1");
    return String(value);
  }

  /* The value as files of the tool have it: times in UTC, missing values empty. */
  file(column, row) {
    const found = this.columns[column];
    if (!found) return "";
    if (found.kind !== "time") return this.value(column, row) === null ? "" : String(this.value(column, row));
    if (found.n[row] < 0) return "";
    return `${new Date(found.s[row] * 1000).toISOString().slice(0, 19)}.${String(found.n[row]).padStart(9, "0")}Z`;
  }
}

function unpack(form, length) {
  if (form.kind === "time") {
    const s = new Float64Array(length);
    let at = 0;
    for (let i = 0; i < length; i++) {
      at += form.s[i];
      s[i] = at;
    }
    return { kind: "time", s, n: Int32Array.from(form.n) };
  }
  if (form.kind === "text") return { kind: "text", words: form.words, i: Int32Array.from(form.i) };
  return { kind: form.kind, v: form.v };
}

/* As the report names it: with its captures where several networks have a server of this name. */
function serverName(ip, port, network) {
  return (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`) + (network === null ? "" : ` in ${network}`);
}

/* `server` of each row: an index into `servers` (names), -1 where the row's server is none of them. */
function serverIndex(table, servers) {
  const index = new Int32Array(table.length).fill(-1);
  if (!table.has("server_ip")) return index;
  const places = new Map(servers.map((name, place) => [name, place]));
  for (let row = 0; row < table.length; row++) {
    const ip = table.value("server_ip", row);
    if (ip === null) continue;
    const place = places.get(serverName(ip, table.value("server_port", row), table.value("network", row)));
    if (place !== undefined) index[row] = place;
  }
  return index;
}

/* The row of the connection that each row of `table` belongs to, by the column `connection`; -1: not in the page. */
function connectionRows(table, connections) {
  const places = new Map();
  for (let row = 0; row < connections.length; row++) places.set(connections.value("connection", row), row);
  const rows = new Int32Array(table.length).fill(-1);
  for (let row = 0; row < table.length; row++) {
    const place = places.get(table.value("connection", row));
    if (place !== undefined) rows[row] = place;
  }
  return rows;
}
