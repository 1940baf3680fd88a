/* Keys, off while someone types. */

function keys(app) {
  const findings = () => [...document.querySelectorAll("#findings details.finding")];
  const finding = (step) => {
    const all = findings();
    const at = all.findIndex((found) => found.contains(document.activeElement));
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (!next) return;
    next.open = true;
    next.querySelector("summary").focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const zoom = (factor) => {
    const { from, to } = app.view();
    const middle = (from + to) / 2;
    const half = ((to - from) / 2) * factor;
    const low = Math.floor(middle - half);
    const high = Math.ceil(middle + half);
    app.setFilter({ from: low <= app.data.span.from ? null : low, to: high >= app.data.span.to ? null : high });
  };
  const ACTIONS = {
    "/": () => byId("client").focus(),
    j: () => finding(1),
    k: () => finding(-1),
    "[": () => app.stepPause(-1),
    "]": () => app.stepPause(1),
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    0: () => app.setFilter({ from: null, to: null }),
    d: () => app.turnTheme(),
    "?": () => byId("help").showModal(),
    Escape: () => app.replaceFilter(emptyFilter()),
  };
  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(press.target.tagName)) {
      if (press.key === "Escape") press.target.blur();
      return;
    }
    const action = ACTIONS[press.key];
    if (!action) return;
    press.preventDefault();
    action();
  });
}
