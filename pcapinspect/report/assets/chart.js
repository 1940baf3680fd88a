/* What every chart shares: theme, time axis, hover, frame for drawing. Plotly reads a little HTML in texts: all text of
   the capture goes through `inert`. */

function inert(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("%{", "%&#123;");
}

function theme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), muted: read("--muted"), grid: read("--grid"), card: read("--card"), band: read("--band"), strong: read("--strong") };
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

function baseLayout(colors, height) {
  return {
    height,
    margin: { l: 56, r: 16, t: 36, b: 48 },
    paper_bgcolor: colors.card,
    plot_bgcolor: colors.card,
    font: { family: FONT, size: 12, color: colors.ink },
    hoverlabel: { bgcolor: colors.card, bordercolor: colors.muted, font: { color: colors.ink, family: FONT, size: 12 }, align: "left" },
    hovermode: "closest",
    dragmode: "zoom",
    showlegend: true,
    legend: { orientation: "h", x: 0, y: 1.0, yanchor: "bottom", itemclick: false, itemdoubleclick: false, font: { size: 12 } },
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

/* The one time axis: milliseconds, labelled in the zone of the report. Dragging over it sets the filter. */
function timeAxis(colors, range, width, more = {}) {
  const ticks = timeTicks(range[0], range[1], Math.max(2, Math.floor(width / 90)));
  return axis(colors, `time (${zoneText(range[0] / 1000)})`, {
    type: "linear",
    range,
    tickmode: "array",
    tickvals: ticks.values,
    ticktext: ticks.texts,
    fixedrange: false,
    ...more,
  });
}

function line(colors, y, text, more = {}) {
  return {
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: y,
    y1: y,
    line: { color: colors.strong, width: 1.5, dash: "dash" },
    label: { text, textposition: "end", yanchor: "bottom", font: { size: 11, color: colors.strong } },
    ...more,
  };
}

function bars(name, mark, x, y, width, colors, more = {}) {
  return {
    type: "bar",
    name,
    x,
    y,
    width,
    hoverinfo: "text",
    marker: {
      color: mark.color,
      line: { width: 0 },
      pattern: { shape: mark.pattern, fgcolor: colors.card, fillmode: "overlay", size: 6, solidity: 0.25 },
    },
    ...more,
  };
}

/* Nothing to draw is said, not left blank. */
function nothing(sentence) {
  return { empty: true, sentence, table: null, traces: [], layout: {} };
}
