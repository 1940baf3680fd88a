/* Every panel: when it is drawn, its sentence, its table, its buttons, and what a click on a mark means. */

const PANELS = {
  minutes: { draw: drawMinutes, time: true },
  service: { draw: drawService, time: false },
  pause: { draw: drawPause, time: false },
  ladder: { draw: drawLadder, time: false },
  between: { draw: drawBetween, time: true },
  operations: { draw: drawOperations, time: true },
  latency: { draw: drawLatency, time: true },
  handshakes: { draw: drawHandshakes, time: false },
  clients: { draw: drawClients, time: true },
  polling: { draw: drawPolling, time: false },
  phase: { draw: drawPhase, time: false },
  open: { draw: drawOpen, time: true },
  rollover: { draw: drawRollover, time: false },
  flows: { draw: drawFlows, time: true },
  logs: { draw: drawLogs, time: true },
};

/* Panels drawn from what Python counted for whole servers: they cannot follow every filter, and say so. */
const FOLLOWS = {
  pause: "Shows one pause; no filter applies.",
  ladder: "Shows one attempt; no filter applies.",
  between: "Follows time only.",
  open: "Follows time and server only.",
  polling: "Follows server and client only.",
  rollover: "Dates of the certificates; no filter applies.",
  flows: "Follows time and client only.",
  logs: "Follows time only.",
};

/* What a panel cannot do, in words; empty where it does everything. */
function limits(name, data, filter) {
  const notes = [];
  if (name in FOLLOWS && !isEmpty(filter)) notes.push(FOLLOWS[name]);
  if (name === "pause" && !data.syns.complete)
    notes.push(
      `Drawn from ${count(data.syns.length)} of ${count(data.syns.rows)} SYN packets near pauses, an even sample.`,
    );
  if (name === "polling" && !data.clients.complete)
    notes.push(`Of the ${count(data.clients.length)} busiest of ${count(data.clients.rows)} clients.`);
  return notes.join(" ");
}

/* CSS pixels between the margins of A4; Letter has a few more. */
const PAPER_WIDTH = 690;

/* Of two panels beside each other. */
const HALF_PAPER_WIDTH = 335;

const CONFIG = {
  displayModeBar: "hover",
  displaylogo: false,
  modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"], ["toImage"]],
  responsive: false,
  doubleClick: false,
  showTips: false,
};

class Panel {
  constructor(name, app) {
    this.name = name;
    this.app = app;
    this.root = byId(`panel-${name}`);
    this.chart = this.root.querySelector(".chart");
    this.sentence = this.root.querySelector(".sentence");
    this.details = this.root.querySelector("details");
    this.note = this.root.querySelector(".follows");
    this.dirty = true;
    this.near = false;
    this.details.addEventListener("toggle", () => this.fillTable());
    this.root.querySelector("[data-do=png]").addEventListener("click", () => this.png());
    this.root
      .querySelector("[data-do=csv]")
      .addEventListener(
        "click",
        () => this.drawn.table && saveCsv(this.name, this.drawn.table.head, this.drawn.table.rows),
      );
  }

  draw() {
    const view = this.app.view();
    this.dirty = false;
    const width = this.app.printing ? this.paperWidth() : this.chart.clientWidth || 900;
    this.drawn = PANELS[this.name].draw(this.app.data, { ...view, width });
    const { empty, sentence, traces, layout, table } = this.drawn;
    this.sentence.textContent = sentence;
    this.chart.setAttribute("aria-label", sentence);
    this.root.classList.toggle("empty", Boolean(empty));
    this.details.hidden = !table;
    for (const button of this.root.querySelectorAll("[data-do]")) button.disabled = Boolean(empty);
    this.note.textContent = limits(this.name, this.app.data, view.filter);
    this.note.hidden = !this.note.textContent;
    this.fillTable();
    if (empty) {
      Plotly.purge(this.chart);
      this.listening = false;
      return;
    }
    layout.width = width;
    Plotly.react(this.chart, traces, layout, CONFIG);
    this.listen();
  }

  paperWidth() {
    return getComputedStyle(this.root).gridColumnEnd === "-1" ? PAPER_WIDTH : HALF_PAPER_WIDTH;
  }

  listen() {
    if (this.listening) return;
    this.listening = true;
    this.chart.on("plotly_relayout", (change) => this.zoomed(change));
    this.chart.on("plotly_doubleclick", () => this.whole());
    this.chart.on("plotly_click", (click) => this.clicked(click));
    this.chart.on("plotly_legendclick", (click) => this.named(click.data[click.curveNumber]));
    if (!PANELS[this.name].time) return;
    this.chart.on("plotly_hover", (over) => this.app.crosshair(this, over.points[0].x));
    this.chart.on("plotly_unhover", () => this.app.crosshair(this, null));
  }

  zoomed(change) {
    const low = change["xaxis.range[0]"];
    const high = change["xaxis.range[1]"];
    if (low === undefined) return;
    if (PANELS[this.name].time) this.app.setFilter({ from: Math.floor(low), to: Math.ceil(high) });
  }

  /* The whole time, and the whole height of the axes. */
  whole() {
    if (PANELS[this.name].time) this.app.setFilter({ from: null, to: null });
    this.draw();
  }

  clicked(click) {
    const custom = click.points[0].customdata;
    if (!custom) return;
    if (custom.pause) this.app.showPause(custom.pause);
    else if (custom.connection !== undefined) custom.connection >= 0 && this.app.drawer.connection(custom.connection);
    else this.app.setFilter(custom);
  }

  /* A name of the legend filters by it, and a second click takes that off; plotly itself hides nothing. */
  named({ meta }) {
    const [[name, value] = []] = Object.entries(meta || {});
    if (name) this.app.setFilter({ [name]: this.app.filter[name] === value ? "" : value });
    return false;
  }

  fillTable() {
    const place = this.details.querySelector(".table");
    if (!this.details.open || !this.drawn || !this.drawn.table) {
      place.replaceChildren();
      return;
    }
    const { caption, head, rows } = this.drawn.table;
    place.replaceChildren(plainTable(caption, head, rows));
  }

  async png() {
    const url = await Plotly.toImage(this.chart, {
      format: "png",
      width: this.chart.clientWidth,
      height: this.chart.clientHeight,
      scale: 2,
    });
    const bytes = Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
    save(`${this.name}.png`, new Blob([bytes], { type: "image/png" }));
  }

  /* Where a moment lies in the chart, in pixels; null outside. */
  place(ms) {
    const layout = this.chart._fullLayout;
    if (!layout || !layout.xaxis || this.root.classList.contains("empty")) return null;
    const { range, _offset, _length } = layout.xaxis;
    const share = (ms - range[0]) / (range[1] - range[0]);
    return share < 0 || share > 1 ? null : _offset + share * _length;
  }
}
