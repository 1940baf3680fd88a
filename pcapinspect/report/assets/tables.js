/* The tables: only the rows in sight are in the page, so a table may be long. Sorted by a click on a head. */

const ROW_HEIGHT = 28;

class RowTable {
  constructor(root, data, onOpen) {
    this.data = data;
    this.onOpen = onOpen;
    this.scroll = root.querySelector(".rows");
    this.head = root.querySelector("thead tr");
    this.body = root.querySelector("tbody");
    this.table = root.querySelector("table");
    this.count = root.querySelector(".count");
    this.search = root.querySelector("input[type=search]");
    this.sort = { column: null, down: false };
    this.scroll.addEventListener("scroll", () => this.paint());
    this.search.addEventListener("input", () => this.refresh());
    this.body.addEventListener("click", (press) => this.open(press.target.closest("tr[data-row]")));
    this.scroll.addEventListener("keydown", (press) => this.key(press));
  }

  show(name, rows) {
    if (this.name !== name) {
      this.name = name;
      this.sort = { column: null, down: false };
      this.search.value = "";
      this.scroll.scrollTop = 0;
    }
    this.source = this.data[name];
    this.columns = this.source.listed;
    this.all = rows;
    this.drawHead();
    this.refresh();
  }

  drawHead() {
    const zone = this.data.view().zone;
    this.head.replaceChildren(
      ...this.columns.map((column) => {
        const time = this.source.columns[column].kind === "time";
        const sorted = this.sort.column === column;
        const button = element(
          "button",
          { type: "button", onclick: () => this.order(column) },
          time ? `${this.source.heads[column]} (${zone})` : this.source.heads[column],
        );
        if (sorted) button.append(element("span", { "aria-hidden": "true" }, this.sort.down ? " ▼" : " ▲"));
        return element(
          "th",
          { scope: "col", "aria-sort": sorted ? (this.sort.down ? "descending" : "ascending") : "none" },
          button,
        );
      }),
    );
  }

  order(column) {
    this.sort = {
      column,
      down:
        this.sort.column === column
          ? !this.sort.down
          : this.source.columns[column].kind !== "text" && this.source.columns[column].kind !== "time",
    };
    const focused = this.columns.indexOf(column);
    this.drawHead();
    this.head.querySelectorAll("button")[focused].focus();
    this.refresh();
  }

  refresh() {
    const asked = this.search.value.trim().toLowerCase();
    const has = (row) => this.columns.some((name) => this.source.text(name, row).toLowerCase().includes(asked));
    this.rows = asked ? this.all.filter(has) : [...this.all];
    const { column, down } = this.sort;
    if (column) {
      const value = (row) => this.source.value(column, row);
      const compare = (a, b) =>
        Number(value(a) === null) - Number(value(b) === null) ||
        (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) ||
        a - b;
      this.rows.sort((a, b) =>
        value(a) === null || value(b) === null ? compare(a, b) : down ? compare(b, a) : compare(a, b),
      );
    }
    const part = this.source.complete
      ? ""
      : ` – the page holds ${count(this.source.length)} of ${count(this.source.rows)} rows`;
    this.count.textContent = `${count(this.rows.length)} of ${count(this.source.rows)} rows${part}`;
    this.table.setAttribute("aria-rowcount", String(this.rows.length + 1));
    this.at = null;
    this.paint();
  }

  paint() {
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW_HEIGHT) - 10);
    const last = Math.min(this.rows.length, first + Math.ceil(this.scroll.clientHeight / ROW_HEIGHT) + 20);
    if (this.at === first && this.end === last) return;
    this.at = first;
    this.end = last;
    const space = (rows) => {
      const spacer = element(
        "tr",
        { class: "spacer", "aria-hidden": "true" },
        element("td", { colspan: String(this.columns.length) }),
      );
      spacer.style.height = `${rows * ROW_HEIGHT}px`;
      return spacer;
    };
    const focused =
      document.activeElement && this.body.contains(document.activeElement) ? document.activeElement.dataset.row : null;
    const shown = this.rows.slice(first, last).map((row, place) => this.line(row, first + place));
    this.body.replaceChildren(
      ...(first ? [space(first)] : []),
      ...shown,
      ...(last < this.rows.length ? [space(this.rows.length - last)] : []),
    );
    if (focused !== null) this.body.querySelector(`tr[data-row="${focused}"]`)?.focus({ preventScroll: true });
  }

  line(row, place) {
    const cells = this.columns.map((column) => {
      const text = this.source.text(column, row);
      const kind = this.source.columns[column].kind;
      const mark = column === "outcome" ? element("span", { class: `dot ${text}`, "aria-hidden": "true" }) : null;
      const cell = element("td", {
        class: kind === "text" || kind === "time" ? null : "number",
        title: text.length > 40 ? text : null,
      });
      if (mark) cell.append(mark);
      cell.append(column === "outcome" && text ? OUTCOMES[text].label : text || "–");
      return cell;
    });
    return element("tr", { "data-row": String(row), "aria-rowindex": String(place + 2), tabindex: "-1" }, ...cells);
  }

  open(line) {
    if (line) this.onOpen(this.name, Number(line.dataset.row));
  }

  /* Up and down walk through the rows, Enter opens one. */
  key(press) {
    const line = document.activeElement && document.activeElement.closest("tr[data-row]");
    if (press.key === "Enter" && line) {
      press.preventDefault(); // else it would press the drawer's first button
      return this.open(line);
    }
    if (press.key !== "ArrowDown" && press.key !== "ArrowUp") return undefined;
    const lines = [...this.body.querySelectorAll("tr[data-row]")];
    const inSight = lines.find((found) => found.offsetTop >= this.scroll.scrollTop + ROW_HEIGHT) || lines[0];
    const next = line ? (press.key === "ArrowDown" ? line.nextElementSibling : line.previousElementSibling) : inSight;
    if (!next || !next.dataset.row) return undefined;
    press.preventDefault();
    next.focus();
    return undefined;
  }

  /* What is shown, all columns, as the tool's own CSV has them. */
  csv() {
    const { names } = this.source;
    saveCsv(
      this.name,
      names,
      this.rows.map((row) => names.map((column) => this.source.file(column, row))),
    );
  }
}
