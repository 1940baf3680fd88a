/* Who asked: clients by minute, how often each polls, and whether they poll in step. */

const CLIENT_ROWS = 24;
/* Rows that the scale beside the chart needs to be read. */
const SCALE_ROWS = 6;

/* Attempts by client and bin, all and failed, and the clients that the chart has rows for. */
function clientCells(data, view, rows) {
  const { clients: names, connections, outcome } = data.every;
  const size = binSize(view.from, view.to, Math.max(30, Math.floor(view.width / 10)));
  const cross = (some) =>
    crossCount(
      some,
      (row) => names[connections.client[row]],
      (row) => connections.start[row],
      size,
    );
  const crossed = cross(rows);
  const failed = cross(rows.filter((row) => !["established", "undetermined"].includes(outcome(row))));
  const bins = [];
  for (let bin = binOf(view.from, size); bin <= view.to; bin += size) bins.push(bin);
  const hit = crossed.keys.filter((client) => failed.total(client));
  hit.sort((a, b) => failed.total(b) - failed.total(a)); // stable: the busiest first among those with as many failures
  const spared = crossed.keys.filter((client) => !failed.total(client));
  return { size, crossed, failed, bins, hit, clients: [...hit, ...spared].slice(0, CLIENT_ROWS) };
}

const CLIENT_SCALE = {
  light: [
    [0, "#d3e6f3"],
    [1, "#00406b"],
  ],
  dark: [
    [0, "#123a55"],
    [1, "#9fd8ff"],
  ],
};

function clientHeat({ size, crossed, failed, bins, clients }, view) {
  const cells = clients.map((client) => bins.map((bin) => crossed.of(client, bin) || null));
  const most = Math.max(2, ...cells.flat());
  const hover = (client, bin) =>
    `<b>${inert(client)}</b><br>${inert(msText(bin, 0))}<br>` +
    `${plural(crossed.of(client, bin), "attempt")}, ${count(failed.of(client, bin))} failed`;
  return {
    type: "heatmap",
    x: bins.map((bin) => bin + size / 2),
    y: clients.map((_, place) => place),
    z: cells,
    xgap: 1,
    ygap: 1,
    zmin: 0,
    zmax: most,
    colorscale: CLIENT_SCALE[view.dark ? "dark" : "light"],
    hoverinfo: "text",
    hovertext: clients.map((client) => bins.map((bin) => hover(client, bin))),
    customdata: clients.map((client) => bins.map((bin) => ({ client, from: bin, to: bin + size - 1 }))),
    colorbar: {
      title: { text: `attempts<br>${sizeText(size)}`, font: { size: 11 } },
      thickness: 10,
      len: 1,
      tickmode: "array",
      tickvals: wholeTicks(most),
      outlinewidth: 0,
      tickfont: { size: 11 },
    },
    showscale: view.width > 600 && clients.length > SCALE_ROWS,
  };
}

/* A cross on each cell in which an attempt failed. */
function clientFailures({ size, failed, bins, clients }) {
  const x = [];
  const y = [];
  clients.forEach((client, place) => {
    for (const bin of bins) {
      if (!failed.of(client, bin)) continue;
      x.push(bin + size / 2);
      y.push(place);
    }
  });
  const marker = { symbol: "x-thin", size: 6, line: { color: OUTCOMES.unanswered.color, width: 1.8 } };
  return { type: "scatter", mode: "markers", name: "failed attempt", x, y, marker, hoverinfo: "skip" };
}

function drawClients(data, view) {
  const rows = view.rows.connections.filter((row) => data.every.outcome(row) !== "midstream");
  if (!rows.length) return nothing("No attempt in this selection.");
  const counted = clientCells(data, view, rows);
  const { crossed, failed, hit, clients } = counted;
  const layout = baseLayout(view.colors, 110 + 18 * clients.length);
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width, { showgrid: false });
  layout.xaxis.title.text += `; a cell counts attempts ${sizeText(counted.size)}`;
  layout.yaxis = axis(view.colors, "", {
    tickmode: "array",
    tickvals: clients.map((_, place) => place),
    ticktext: clients.map(inert),
    range: [clients.length - 0.5, -0.5],
    showgrid: false,
  });
  const failures = clientFailures(counted);
  const [busiest] = crossed.keys;
  const order = hit.length ? "with most failures" : "busiest";
  const some = clients.length < crossed.keys.length ? `; the ${clients.length} ${order} are shown` : "";
  const failing = hit.length ? `, ${count(hit.length)} of them with a failed attempt` : "";
  const tries = crossed.total(busiest);
  return {
    traces: [clientHeat(counted, view), ...(failures.x.length ? [failures] : [])],
    layout,
    sentence:
      `${plural(crossed.keys.length, "client")} in this selection${failing}${some}. The busiest, ${busiest}, ` +
      `tried ${plural(tries, "time")} (${percent(tries, rows.length)} of all).`,
    table: {
      caption: "Clients by attempts",
      head: ["client", "attempts", "failed"],
      rows: crossed.keys.slice(0, 400).map((client) => [client, crossed.total(client), failed.total(client)]),
    },
  };
}

/* At most six whole numbers from 0 to `most`. */
function wholeTicks(most) {
  const step = Math.max(1, Math.ceil(most / 5));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

function pollPeriods(data, view) {
  const periods = [];
  for (let row = 0; row < data.clients.length; row++) {
    const period = data.clients.value("poll_period", row);
    if (period === null || period <= 0) continue;
    if (view.filter.server && data.servers[data.clientServer[row]] !== view.filter.server) continue;
    if (view.filter.client && !isClient(data.clients.value("client_ip", row), view.filter.client)) continue;
    periods.push(period);
  }
  return periods.sort((a, b) => a - b);
}

function drawPolling(data, view) {
  const periods = pollPeriods(data, view);
  if (!periods.length) return nothing("No client of this selection asked three times or more, so no poll period.");
  const middle = percentile(periods, 0.5);
  const low = Math.min(periods[0], middle * 0.98);
  const high = Math.max(periods[periods.length - 1], middle * 1.02);
  const bins = 30;
  const log = high / low > 20;
  const edges = Array.from({ length: bins + 1 }, (_, i) =>
    log ? low * (high / low) ** (i / bins) : low + ((high - low) * i) / bins,
  );
  edges[bins] = high;
  const counts = histogram(periods, edges);
  const layout = baseLayout(view.colors, 300);
  layout.showlegend = false;
  layout.bargap = 0;
  layout.xaxis = axis(
    view.colors,
    view.width < 500 ? "poll period of a client, seconds" : "poll period: seconds between attempts, median of a client",
    log ? { type: "log", ...decades(periods[0], high) } : { rangemode: "normal" },
  );
  const bin = log ? `, of ${bins} steps` : ` in ${duration(edges[1] - edges[0])}`;
  layout.yaxis = countAxis(view.colors, `clients${bin}`, Math.max(...counts));
  const centre = (i) => (log ? Math.sqrt(edges[i] * edges[i + 1]) : (edges[i] + edges[i + 1]) / 2);
  const needed = Math.ceil((view.settings.limit * middle) / view.settings.window);
  return {
    traces: [
      bars(
        "clients",
        SERIES[0],
        counts.map((_, i) => centre(i)),
        counts,
        counts.map((_, i) => edges[i + 1] - edges[i]),
        view.colors,
        {
          hovertext: counts.map(
            (n, i) => `${plural(n, "client")} every ${duration(edges[i])} to ${duration(edges[i + 1])}`,
          ),
        },
      ),
    ],
    layout,
    sentence: `${plural(periods.length, "client")} polled; half of them at least every ${duration(middle)}. At that period ${plural(needed, "client")} are enough to reach ${view.settings.limit} in ${view.settings.window}${GAP}s.`,
    table: {
      caption: "Clients by poll period",
      head: ["from s", "to s", "clients"],
      rows: counts.map((n, i) => [Number(edges[i].toFixed(3)), Number(edges[i + 1].toFixed(3)), n]),
    },
  };
}

/* Attempts folded over the median poll period: clients in step make a peak, clients spread out a plain. */
function drawPhase(data, view) {
  const periods = pollPeriods(data, view);
  const { connections, outcome } = data.every;
  const starts = view.rows.connections
    .filter((row) => outcome(row) !== "midstream")
    .map((row) => connections.start[row]);
  if (!periods.length || starts.length < 3)
    return nothing("Too few attempts in this selection to say whether clients poll in step.");
  const period = percentile(periods, 0.5);
  const bins = 60;
  const counts = new Array(bins).fill(0);
  for (const ms of starts) counts[Math.min(bins - 1, Math.floor((((ms / 1000) % period) / period) * bins))] += 1;
  const mean = starts.length / bins;
  const layout = baseLayout(view.colors, 300);
  layout.showlegend = false;
  layout.bargap = 0.1;
  layout.xaxis = axis(view.colors, `seconds within the period of ${duration(period)}`, { range: [0, period] });
  layout.yaxis = countAxis(view.colors, `attempts in ${duration(period / bins)}`, Math.max(...counts));
  mark(layout, view.colors, mean, "spread<br>evenly");
  const place = view.filter.server ? data.servers.indexOf(view.filter.server) : 0;
  const known = data.document.servers[place] && data.document.servers[place].synchronisation;
  const share =
    known && known.concentration !== null
      ? ` Concentration of ${data.servers[place]} over the whole capture: ${known.concentration.toFixed(2)} (0 spread out, 1 all at once).`
      : "";
  return {
    traces: [
      bars(
        "attempts",
        SERIES[0],
        counts.map((_, i) => ((i + 0.5) * period) / bins),
        counts,
        (period / bins) * 0.9,
        view.colors,
        {
          hovertext: counts.map(
            (n, i) =>
              `${plural(n, "attempt")} at ${duration((i * period) / bins)} to ${duration(((i + 1) * period) / bins)}`,
          ),
        },
      ),
    ],
    layout,
    sentence: `The fullest sixtieth of the period holds ${(Math.max(...counts) / mean).toFixed(1)} times its even share.${share}`,
    table: {
      caption: "Attempts by place in the period",
      head: ["from s", "attempts"],
      rows: counts.map((n, i) => [Number(((i * period) / bins).toFixed(3)), n]),
    },
  };
}
