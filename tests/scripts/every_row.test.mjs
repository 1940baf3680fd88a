/* What the page counts: every row's numbers as html_rows.py packs them, and what a filter leaves of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { everyRow, apply, emptyFilter, rowsOf, filterFromHash, isPlace, openWithin, isClient } = load(
  ["words.js", "time.js", "data.js", "filter.js", "count.js", "panel_open.js"],
  ["everyRow", "apply", "emptyFilter", "rowsOf", "filterFromHash", "isPlace", "openWithin", "isClient"],
);

/* Packs columns one after the other, as bytes. */
function pack(columns, block, rising = []) {
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => {
      const from = rising.includes(name) ? values[0] : null;
      const shown = from === null ? values : values.map((value, i) => value - (i ? values[i - 1] : from));
      const at = block.length;
      block.push(...new Uint8Array(Int16Array.from(shown).buffer));
      return [name, { type: "Int16Array", at, length: shown.length, from }];
    }),
  );
}

const BEGIN = 1_772_000_000_000;

function made() {
  const block = [];
  const connections = pack(
    {
      start: [BEGIN, BEGIN + 5, BEGIN + 1000, BEGIN + 900],
      server: [0, 0, 1, -1],
      client: [0, 1, 0, 1],
      outcome: [0, 1, 0, 0],
      syn_packets: [1, 3, 1, 1],
    },
    block,
    ["start"],
  );
  const exchanges = pack(
    { connection: [0, 0, 2], asked: [1, 2, 7], operation: [0, -1, 0], status: [404, 200, -1], latency: [1500, 20, -1] },
    block,
    ["connection"],
  );
  const head = {
    clients: ["10.0.0.1", "10.0.0.2"],
    outcomes: ["established", "unanswered"],
    operations: ["GetCACert"],
  };
  return {
    servers: ["192.0.2.1:80", "192.0.2.2:80"],
    every: everyRow({ ...head, connections, exchanges }, Uint8Array.from(block).buffer),
  };
}

function left(filter) {
  const masks = apply({ ...emptyFilter(), ...filter }, made());
  return [rowsOf(masks.connections), rowsOf(masks.exchanges)];
}

test("every number comes back", () => {
  const { every } = made();
  assert.deepEqual([...every.connections.start], [BEGIN, BEGIN + 5, BEGIN + 1000, BEGIN + 900]);
  assert.deepEqual([...every.exchanges.asked], [BEGIN + 1, BEGIN + 2, BEGIN + 1007]);
  assert.deepEqual(
    [every.operation(0), every.operation(1), every.status(0), every.status(2)],
    ["GetCACert", "not SCEP", "404", "no response"],
  );
  assert.equal(every.firstExchange.get(2), 2);
});

test("an empty filter leaves everything", () =>
  assert.deepEqual(left({}), [
    [0, 1, 2, 3],
    [0, 1, 2],
  ]));

for (const [name, filter, connections, exchanges] of [
  ["server", { server: "192.0.2.1:80" }, [0, 1], [0, 1]],
  ["client", { client: "10.0.0.1" }, [0, 2], [0, 1, 2]],
  ["outcome", { outcome: "unanswered" }, [1], []],
  ["operation", { operation: "GetCACert" }, [0, 2], [0, 2]],
  ["no operation", { operation: "not SCEP" }, [0], [1]],
  ["status", { status: "404" }, [0], [0]],
  ["no response", { status: "no response" }, [2], [2]],
  ["one exchange must have both", { operation: "not SCEP", status: "404" }, [], []],
  ["time, both ends included", { from: BEGIN + 5, to: BEGIN + 1000 }, [1, 2, 3], []],
  ["server and status", { server: "192.0.2.2:80", status: "404" }, [], []],
  ["a word that is none", { client: "10.9.9.9" }, [], []],
  ["an operation that is none", { operation: "Dance" }, [], []],
  ["a status that is none", { status: "teapot" }, [], []],
])
  test(`a filter by ${name}`, () => assert.deepEqual(left(filter), [connections, exchanges]));

for (const [name, asked, is] of [
  ["10.22.0.9", "10.22.0", true],
  ["10.22.0.9", "10.22.0.", true],
  ["10.22.01.9", "10.22.0", false],
  ["10.22.0.9", "10.22.0.0/24", true],
  ["10.22.1.9", "10.22.0.0/24", false],
  ["10.22.1.9", "10.22.0.0/23", true],
  ["192.0.2.1", "0.0.0.0/0", true],
  ["192.0.2.1", "192.0.2.1/32", true],
  ["192.0.2.1", "192.0.2.0/99", false],
  ["192.0.2.1", "net/24", false],
  ["2001:db8::1", "2001:db8", true],
  ["2001:db8::1", "192.0.2.0/24", false],
  [null, "10.22.0", false],
])
  test(`${name} is ${is ? "" : "not "}of ${asked}`, () => assert.equal(isClient(name, asked), is));

test("a link to a finding is no filter", () => {
  assert.equal(isPlace("#finding-1"), true);
  assert.equal(isPlace("#status=404"), false);
  assert.equal(isPlace(""), false);
  assert.equal(filterFromHash("#status=404").status, "404");
});

test("open connections within a time, by the second", () => {
  const curve = { xs: [0, 1000, 5000, 9000], open: [2, 6, 0, 17] };
  assert.deepEqual(openWithin(curve, 0, 10_000, 16), {
    peak: 17,
    peak_time: 9000,
    seconds_at_5: 5,
    seconds_at_limit: 1,
  });
  assert.deepEqual(openWithin(curve, 2000, 4000, 16), {
    peak: 6,
    peak_time: 2000,
    seconds_at_5: 2,
    seconds_at_limit: 0,
  });
  assert.deepEqual(openWithin(curve, 5500, 8000, 16), {
    peak: 0,
    peak_time: null,
    seconds_at_5: 0,
    seconds_at_limit: 0,
  });
});
