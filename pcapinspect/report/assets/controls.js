/* The bar of the one filter: fields, presets, totals. */

/* Choices of one field; a capture may hold any number of servers or operations. The most frequent come first. */
const MOST_OPTIONS = 500;

class Controls {
  constructor(app) {
    this.app = app;
    this.form = byId("filter");
    this.totals = byId("totals");
    this.presets = byId("preset");
    const { data } = app;
    this.options("server", data.servers);
    this.options(
      "outcome",
      ATTEMPTS.concat("midstream").filter((name) => data.outcomes.has(name)),
      (name) => OUTCOMES[name].label,
    );
    this.options("operation", data.operationNames);
    this.options("status", data.statuses);
    byId("client-names").append(...data.clientNames.slice(0, 2000).map((name) => element("option", { value: name })));
    this.fillPresets();
    this.form.addEventListener("submit", (press) => press.preventDefault());
    this.form.addEventListener("change", (change) => this.changed(change.target));
    byId("clear").addEventListener("click", () => app.replaceFilter(emptyFilter()));
  }

  options(name, values, label = (value) => value) {
    const [shown, rest] = [values.slice(0, MOST_OPTIONS), values.length - MOST_OPTIONS];
    this.form.elements[name].append(...shown.map((value) => element("option", { value }, label(value))));
    if (rest > 0) this.form.elements[name].append(element("option", { disabled: true }, `${count(rest)} more`));
  }

  fillPresets() {
    const { data } = this.app;
    const add = (value, text) => this.presets.append(element("option", { value }, text));
    if (data.worstMinute !== null) add("worst", `worst minute, ${msText(data.worstMinute, 0).slice(0, 16)}`);
    for (const pause of data.pauses.slice(0, 200))
      add(`pause ${pause.number}`, `pause ${pause.number}, ${isoText(pause.first_unanswered, 0)}`);
    this.presets.disabled = this.presets.options.length < 2;
  }

  changed(field) {
    if (field === this.presets) return this.preset(field.value);
    if (field.name === "from" || field.name === "to") {
      const ms = msTyped(field.value, this.app.data.span);
      const wrong = field.value.trim() !== "" && ms === null;
      field.setAttribute("aria-invalid", String(wrong));
      const short = dayOf(this.app.data.span) ? "03:14, " : "";
      if (wrong) return say(`${field.value} is no time: write ${short}2026-03-02 03:14 or 2026-03-02T03:14:05Z`);
      return this.app.setFilter({ [field.name]: ms });
    }
    return this.app.setFilter({ [field.name]: field.value.trim() });
  }

  preset(value) {
    const { data } = this.app;
    this.presets.value = "";
    if (value === "worst") return this.app.setFilter({ from: data.worstMinute, to: data.worstMinute + MINUTE - 1 });
    const pause = data.pauses[Number(value.split(" ")[1]) - 1];
    if (!pause) return undefined;
    const ends = pause.ends;
    this.app.choosePause(pause.number);
    return this.app.setFilter({ from: Math.floor(ends.from) - BEFORE, to: Math.ceil(ends.to) + AFTER });
  }

  show(view) {
    const { filter } = view;
    for (const name of FILTER_NAMES) {
      const field = this.form.elements[name];
      const value = filter[name];
      if (name === "from" || name === "to") {
        field.value = value === null ? "" : msText(value, value % 1000 ? 3 : 0);
        field.placeholder = msText(this.app.data.span[name], 0);
        field.setAttribute("aria-invalid", "false");
      } else {
        if (field.tagName === "SELECT" && value && ![...field.options].some((option) => option.value === value))
          field.append(element("option", { value }, `${value} (not in this report)`));
        field.value = value;
      }
      field.closest("label").classList.toggle("set", value !== null && value !== "");
    }
    const { connections, exchanges } = this.app.data.every;
    const part = (found, all, one) => `${count(found.length)} of ${count(all.length)} ${one}`;
    const totals = [part(view.rows.connections, connections, "connections")];
    if (!this.app.data.document.capture.flows_only) totals.push(part(view.rows.exchanges, exchanges, "exchanges"));
    this.totals.textContent = totals.join(", ");
    byId("clear").disabled = isEmpty(filter);
    byId("printed-filter").textContent = isEmpty(filter)
      ? ""
      : `Filter: ${FILTER_NAMES.filter((name) => filter[name])
          .map(
            (name) =>
              `${name} ${name === "from" || name === "to" ? msText(filter[name]) + " " + view.zone : filter[name]}`,
          )
          .join(", ")}. ${this.totals.textContent}.`;
  }
}
