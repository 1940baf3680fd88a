// Draws both loads of each server on one axis; a button changes between the time since the begin and the time of day.
"use strict";
const charts = JSON.parse(document.getElementById("data").textContent);
const COLOURS = { before: "#d1662a", after: "#2a78d1" };
const DASHES = { before: "dot", after: "solid" };

function traces(chart, axis) {
  return chart.sides.map((side) => ({
    type: "scatter",
    mode: "lines",
    name: `attempts a minute, ${side.name}`,
    x: side[axis],
    y: side.attempts,
    line: { shape: "hv", color: COLOURS[side.name], dash: DASHES[side.name] },
  }));
}

function layout(chart, axis) {
  const title = axis === "since_begin" ? "minutes since the begin of each side" : "time of day (UTC)";
  return {
    height: 320,
    margin: { l: 56, r: 16, t: 16, b: 48 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: getComputedStyle(document.body).color },
    xaxis: { title: { text: title } },
    yaxis: { title: { text: "attempts in a minute" }, rangemode: "tozero" },
    legend: { orientation: "h", y: 1.15 },
    hovermode: "x unified",
    shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: chart.limit, y1: chart.limit, line: { dash: "dash", width: 1 } }],
    annotations: [
      { xref: "paper", x: 1, y: chart.limit, xanchor: "right", yanchor: "bottom", text: `limit ${chart.limit}`, showarrow: false },
    ],
  };
}

function draw(place, axis) {
  const element = document.getElementById(`chart-${place}`);
  Plotly.react(element, traces(charts[place], axis), layout(charts[place], axis), { displaylogo: false, responsive: true });
}

for (const place of charts.keys()) {
  draw(place, "since_begin");
  for (const button of document.querySelectorAll(`[data-chart="${place}"]`)) {
    button.addEventListener("click", () => {
      draw(place, button.dataset.axis);
      for (const other of document.querySelectorAll(`[data-chart="${place}"]`)) {
        other.setAttribute("aria-pressed", String(other === button));
      }
    });
  }
}
