/* The overview strip: the whole capture at a glance, and the brush that sets the time everywhere. Drag on it, or move
   its two ends with the arrow keys. */

const SVG = "http://www.w3.org/2000/svg";
const STRIP_HEIGHT = 44;
const STRIP_AXIS = 18;

function svg(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

class Strip {
  constructor(root, data, onRange) {
    this.root = root;
    this.data = data;
    this.onRange = onRange;
    this.low = root.querySelector("[data-end=low]");
    this.high = root.querySelector("[data-end=high]");
    this.picture = root.querySelector("svg");
    for (const end of [this.low, this.high]) end.addEventListener("keydown", (press) => this.move(end, press));
    root.addEventListener("pointerdown", (press) => this.drag(press));
    this.picture.addEventListener("dblclick", () => onRange(null, null));
  }

  x(ms) {
    const { from, to } = this.data.span;
    return ((ms - from) / (to - from)) * this.width;
  }

  ms(x) {
    const { from, to } = this.data.span;
    return from + (Math.min(this.width, Math.max(0, x)) / this.width) * (to - from);
  }

  draw(filter, colors) {
    this.width = this.root.clientWidth;
    const { from, to } = this.data.span;
    this.picture.replaceChildren();
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${STRIP_HEIGHT + STRIP_AXIS}`);
    const size = attemptBin(this.data, from, to, Math.max(60, Math.floor(this.width / 3)));
    const bins = this.totals(size);
    const top = Math.max(1, ...bins.map((bin) => bin.attempts));
    for (const pause of this.data.pauses) {
      const ends = pause.ends;
      this.picture.append(
        svg("rect", {
          x: this.x(ends.from),
          width: Math.max(1, this.x(ends.to) - this.x(ends.from)),
          y: 0,
          height: 5,
          fill: colors.strong,
        }),
      );
    }
    for (const bin of bins) {
      const x = this.x(bin.bin);
      const width = Math.max(1, this.x(bin.bin + size) - x - 0.5);
      const failed = bin.unanswered + bin.refused + bin.unreachable + bin.answered_otherwise;
      const parts = [
        [bin.established, OUTCOMES.established.color],
        [failed, OUTCOMES.unanswered.color],
        [bin.attempts - bin.established - failed, OUTCOMES.undetermined.color],
      ];
      let y = STRIP_HEIGHT;
      for (const [n, fill] of parts.filter((part) => part[0] > 0)) {
        const height = (n / top) * (STRIP_HEIGHT - 8);
        y -= height;
        this.picture.append(svg("rect", { x, width, y, height, fill }));
      }
    }
    const ticks = timeTicks(from, to, Math.max(2, Math.floor(this.width / 110)));
    ticks.values.forEach((value, i) => {
      const x = this.x(value);
      const anchor = x < 30 ? "start" : x > this.width - 30 ? "end" : "middle";
      const text = svg("text", { x, y: STRIP_HEIGHT + 13, "text-anchor": anchor, class: "tick" });
      text.textContent = ticks.texts[i].split("<br>")[0];
      this.picture.append(text);
    });
    this.place(filter);
  }

  /* Attempts of all servers, or of the one asked for, by bin. */
  totals(size) {
    const { minutes: table, span, every } = this.data;
    if (size < MINUTE) return busiest(attemptsOfRows(this.data, [...every.connections.start.keys()], null, size), size);
    const bins = new Map();
    for (let row = 0; row < table.length; row++) {
      const bin = binOf(table.value("minute", row), size);
      if (bin > span.to) continue;
      const sum = bins.get(bin) || { bin };
      for (const name of ["attempts", "established", "unanswered", "refused", "unreachable", "answered_otherwise"])
        sum[name] = (sum[name] || 0) + (table.value(name, row) || 0);
      bins.set(bin, sum);
    }
    return [...bins.values()];
  }

  place(filter) {
    const { from, to } = this.data.span;
    const low = filter.from ?? from;
    const high = filter.to ?? to;
    const share = (ms) => (100 * (Math.min(to, Math.max(from, ms)) - from)) / (to - from);
    this.low.style.left = `${share(low)}%`;
    this.high.style.left = `${share(high)}%`;
    this.root.querySelector(".shade.before").style.width = `${share(low)}%`;
    this.root.querySelector(".shade.after").style.width = `${100 - share(high)}%`;
    for (const [end, ms] of [
      [this.low, low],
      [this.high, high],
    ]) {
      end.setAttribute("aria-valuenow", String(Math.round(ms / 1000)));
      end.setAttribute("aria-valuetext", msText(ms, 0));
    }
  }

  move(end, press) {
    const { from, to } = this.data.span;
    const step = ((to - from) / 100) * (press.shiftKey ? 10 : 1);
    const way = {
      ArrowLeft: -step,
      ArrowDown: -step,
      ArrowRight: step,
      ArrowUp: step,
      Home: from - to,
      End: to - from,
    }[press.key];
    if (way === undefined) return;
    press.preventDefault();
    const { filter } = this.data.view();
    let low = filter.from ?? from;
    let high = filter.to ?? to;
    if (end === this.low) low = Math.max(from, Math.min(high - step / 2, low + way));
    else high = Math.min(to, Math.max(low + step / 2, high + way));
    this.onRange(low <= from ? null : low, high >= to ? null : high);
  }

  drag(press) {
    if (press.button !== 0) return;
    const at = (moved) => this.ms(moved.clientX - this.root.getBoundingClientRect().left);
    const { filter } = this.data.view();
    const { from, to } = this.data.span;
    const fixed =
      press.target === this.low ? (filter.to ?? to) : press.target === this.high ? (filter.from ?? from) : at(press);
    this.root.setPointerCapture(press.pointerId);
    let range = null;
    const follow = (moved) => {
      range = [Math.min(fixed, at(moved)), Math.max(fixed, at(moved))];
      this.place({ from: range[0], to: range[1] });
    };
    const done = () => {
      this.root.removeEventListener("pointermove", follow);
      this.root.removeEventListener("pointerup", done);
      this.root.removeEventListener("pointercancel", done);
      if (range && this.x(range[1]) - this.x(range[0]) >= 3)
        this.onRange(range[0] <= from ? null : range[0], range[1] >= to ? null : range[1]);
      else this.place(filter);
    };
    this.root.addEventListener("pointermove", follow);
    this.root.addEventListener("pointerup", done);
    this.root.addEventListener("pointercancel", done);
  }
}
