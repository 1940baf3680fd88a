/* Who asked: clients by minute, how often each polls, and whether they poll in step. */

const CLIENT_ROWS = 24;

function drawClients(data, view) {
  const table = data.connections;
  const rows = view.rows.connections.filter((row) => table.value("outcome", row) !== "midstream");
  if (!rows.length) return nothing("No attempt in this selection.");
  const size = binSize(view.from, view.to, Math.max(30, Math.floor(view.width / 10)));
  const crossed = crossCount(
    rows,
    (row) => table.value("client_ip", row),
    (row) => table.value("start", row),
    size,
  );
  const failed = crossCount(
    rows.filter((row) => !["established", "undetermined"].includes(table.value("outcome", row))),
    (row) => table.value("client_ip", row),
    (row) => table.value("start", row),
    size,
  );
  const clients = crossed.keys.slice(0, CLIENT_ROWS);
  const first = binOf(view.from, size);
  const bins = [];
  for (let bin = first; bin <= view.to; bin += size) bins.push(bin);
  const cells = clients.map((client) => bins.map((bin) => crossed.of(client, bin) || null));
  const most = Math.max(2, ...cells.flat());
  const hover = clients.map((client) =>
    bins.map(
      (bin) =>
        `<b>${inert(client)}</b><br>${inert(msText(bin, 0))}<br>${plural(crossed.of(client, bin), "attempt")}, ${count(failed.of(client, bin))} failed`,
    ),
  );
  const layout = baseLayout(view.colors, 110 + 18 * clients.length);
  layout.margin.t = 16;
  layout.xaxis = timeAxis(view.colors, [view.from, view.to], view.width, { showgrid: false });
  layout.yaxis = axis(view.colors, "", {
    tickmode: "array",
    tickvals: clients.map((_, place) => place),
    ticktext: clients.map(inert),
    range: [clients.length - 0.5, -0.5],
    showgrid: false,
  });
  const failedX = [];
  const failedY = [];
  clients.forEach((client, place) =>
    bins.forEach((bin) => failed.of(client, bin) && (failedX.push(bin + size / 2), failedY.push(place))),
  );
  const traces = [
    {
      type: "heatmap",
      x: bins.map((bin) => bin + size / 2),
      y: clients.map((_, place) => place),
      z: cells,
      xgap: 1,
      ygap: 1,
      zmin: 0,
      zmax: most,
      colorscale: view.dark
        ? [
            [0, "#123a55"],
            [1, "#9fd8ff"],
          ]
        : [
            [0, "#d3e6f3"],
            [1, "#00406b"],
          ],
      hoverinfo: "text",
      hovertext: hover,
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
      showscale: view.width > 600,
    },
    {
      type: "scatter",
      mode: "markers",
      name: "failed attempt",
      x: failedX.slice(0, 3000),
      y: failedY.slice(0, 3000),
      marker: { symbol: "x-thin", size: 6, line: { color: "#D55E00", width: 1.8 } },
      hoverinfo: "skip",
    },
  ];
  layout.legend = { ...layout.legend, y: 1 };
  layout.margin.t = 36;
  const busiest = clients[0];
  return {
    traces: failedX.length ? traces : traces.slice(0, 1),
    layout,
    sentence: `${plural(crossed.keys.length, "client")} in this selection${crossed.keys.length > clients.length ? `, the ${clients.length} busiest shown` : ""}; the busiest, ${busiest}, tried ${plural(crossed.total(busiest), "time")} (${percent(crossed.total(busiest), rows.length)} of all).`,
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
    if (view.filter.client && data.clients.value("client_ip", row) !== view.filter.client) continue;
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
  layout.yaxis = countAxis(view.colors, "clients", Math.max(...counts));
  const centre = (i) => (log ? Math.sqrt(edges[i] * edges[i + 1]) : (edges[i] + edges[i + 1]) / 2);
  const needed = Math.ceil((view.settings.limit * middle) / 60);
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
    sentence: `${plural(periods.length, "client")} polled; half of them at least every ${duration(middle)}. At that period ${plural(needed, "client")} are enough to reach ${view.settings.limit} a minute.`,
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
  const table = data.connections;
  const starts = view.rows.connections
    .filter((row) => table.value("outcome", row) !== "midstream")
    .map((row) => table.value("start", row));
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
  layout.yaxis = countAxis(view.colors, "attempts", Math.max(...counts));
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
