/* What every chart shares: theme, time axis, hover, frame for drawing. Plotly reads a little HTML in texts: all text of
   the capture goes through `inert`. */

function inert(text) {
  return String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("%{", "%&#123;");
}

function theme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    muted: read("--muted"),
    grid: read("--grid"),
    edge: read("--edge"),
    link: read("--link"),
    card: read("--card"),
    band: read("--band"),
    strong: read("--strong"),
  };
}

/* Pixels below which axis titles are shortened. */
const NARROW = 500;

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

function baseLayout(colors, height) {
  return {
    height,
    margin: { l: 56, r: 16, t: 36, b: 48 },
    paper_bgcolor: colors.card,
    plot_bgcolor: colors.card,
    font: { family: FONT, size: 12, color: colors.ink },
    hoverlabel: {
      bgcolor: colors.card,
      bordercolor: colors.muted,
      font: { color: colors.ink, family: FONT, size: 12 },
      align: "left",
    },
    hovermode: "closest",
    dragmode: "zoom",
    showlegend: true,
    legend: {
      orientation: "h",
      x: 0,
      y: 1.0,
      yanchor: "bottom",
      itemclick: "toggle", // the panel makes a filter of it, or nothing
      itemdoubleclick: false,
      font: { size: 12 },
    },
    shapes: [],
    annotations: [],
  };
}

function axis(colors, title, more = {}) {
  return {
    title: { text: title, font: { size: 12, color: colors.muted }, standoff: 8 },
    gridcolor: colors.grid,
    linecolor: colors.grid,
    tickfont: { color: colors.muted, size: 11 },
    tickcolor: colors.grid,
    zeroline: false,
    automargin: true,
    fixedrange: true,
    ...more,
  };
}

/* Counts: whole numbers only, from 0. */
function countAxis(colors, title, most, more = {}) {
  return axis(colors, title, { rangemode: "tozero", ...(most < 8 ? { dtick: 1 } : {}), ...more });
}

/* How wide a bar of `size` is drawn, in a chart of `pixels` over `span`: a gap of three pixels, or a tenth. */
function barWidth(size, span, pixels) {
  return size - Math.min(size / 10, (3 * span) / pixels);
}

/* The one time axis: milliseconds, labelled in the zone of the report. Dragging over it sets the filter. */
function timeAxis(colors, range, width, more = {}) {
  const ticks = timeTicks(range[0], range[1], Math.max(2, Math.floor(width / 90)));
  return axis(colors, width < NARROW ? zoneText(range[0] / 1000) : `time (${zoneText(range[0] / 1000)})`, {
    type: "linear",
    range,
    tickmode: "array",
    tickvals: ticks.values,
    ticktext: ticks.texts,
    fixedrange: false,
    ...more,
  });
}

/* A line across the chart at `y`, named in the right margin where no bar can hide it. */
function mark(layout, colors, y, text, yref = "y") {
  layout.shapes.push({
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    yref,
    y0: y,
    y1: y,
    line: { color: colors.strong, width: 1.5, dash: "dash" },
  });
  markName(layout, colors, y, text, yref);
}

/* The name of a line, in the right margin. */
function markName(layout, colors, y, text, yref = "y") {
  layout.annotations.push({
    xref: "paper",
    x: 1,
    xanchor: "left",
    xshift: 4,
    yref,
    y,
    showarrow: false,
    align: "left",
    text,
    font: { size: 11, color: colors.strong },
  });
  layout.margin.r = Math.max(layout.margin.r, 14 + 6.2 * Math.max(...text.split("<br>").map((part) => part.length)));
}

function bars(name, look, x, y, width, colors, more = {}) {
  return {
    type: "bar",
    name,
    x,
    y,
    width,
    hoverinfo: "text",
    marker: {
      color: look.color,
      line: { width: 0 },
      pattern: { shape: look.pattern, fgcolor: colors.card, fillmode: "overlay", size: 6, solidity: 0.25 },
    },
    ...more,
  };
}

/* Nothing to draw is said, not left blank. */
function nothing(sentence) {
  return { empty: true, sentence, table: null, traces: [], layout: {} };
}
