/* The page: loads the data, holds the filter, and tells panels, tables and totals when it changes. */

function prepare(page, block) {
  const data = { document: page.document, causes: page.causes, every: everyRow(page.every_row, block) };
  Object.assign(Zone, page.zone);
  for (const [name, packed] of Object.entries(page.tables)) data[name] = new Table(name, packed);
  data.pausesTable = data.pauses;
  data.servers = page.document.servers.map((server) => serverName(server.ip, server.port, server.network));
  data.minuteServer = serverIndex(data.minutes, data.servers);
  data.synServer = serverIndex(data.syns, data.servers);
  data.clientServer = serverIndex(data.clients, data.servers);
  data.exchangeConnection = connectionRows(data.exchanges, data.connections);
  data.synConnection = connectionRows(data.syns, data.connections);
  data.pauses = page.document.servers.flatMap((server, place) =>
    server.pauses.map((pause) => ({ ...pause, place, number: pause.pause, ends: pauseEnds(pause) })),
  );
  data.curves = curvesByServer(data);
  data.span = spanOf(page.document);
  data.worstMinute = worstMinute(data.minutes);
  const { every } = data;
  data.outcomes = new Set(wordsByCount(every.connections.length, every.outcome));
  data.operationNames = wordsByCount(every.exchanges.length, every.operation);
  data.statuses = wordsByCount(every.exchanges.length, every.status);
  data.clientNames = wordsByCount(every.connections.length, (row) => every.clients[every.connections.client[row]]);
  return data;
}

function curvesByServer(data) {
  const curves = data.servers.map(() => ({ xs: [], accepted: [], open: [] }));
  const places = serverIndex(data.curve, data.servers);
  for (let row = 0; row < data.curve.length; row++) {
    const curve = curves[places[row]];
    if (!curve) continue;
    curve.xs.push(data.curve.value("time", row));
    curve.accepted.push(data.curve.value("accepted_60s", row));
    curve.open.push(data.curve.value("open", row));
  }
  return curves;
}

/**
 * From the first to the last packet of the servers; a second at least, so that an axis has a length.
 * @param {ReportDocument} report
 */
function spanOf(report) {
  const times = report.servers.flatMap((server) => [msOf(server.first_time), msOf(server.last_time)]);
  if (!times.length) times.push(...report.inputs.flatMap((file) => [msOf(file.first_time), msOf(file.last_time)]));
  const known = times.filter((ms) => ms !== null).sort((a, b) => a - b);
  const from = Math.floor(known[0] ?? 0);
  return { from, to: Math.max(Math.ceil(known[known.length - 1] ?? 0), from + 1000) };
}

function worstMinute(minutes) {
  let worst = null;
  let most = 0;
  for (let row = 0; row < minutes.length; row++) {
    const attempts = minutes.value("attempts", row);
    if (attempts > most) {
      most = attempts;
      worst = minutes.value("minute", row);
    }
  }
  return worst;
}

/* The distinct words of rows, most frequent first. */
function wordsByCount(rows, wordOf) {
  const counts = new Map();
  for (let row = 0; row < rows; row++) {
    const word = wordOf(row);
    counts.set(word, (counts.get(word) || 0) + 1);
  }
  return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || compareNames(a, b));
}

class App {
  constructor(data) {
    this.data = data;
    data.view = () => this.view();
    this.filter = filterFromHash(location.hash);
    this.pause = 1;
    this.course = 1;
    this.drawer = new Drawer(byId("drawer"), data, (wanted) => this.setFilter(this.known(wanted)));
    this.panels = Object.keys(PANELS)
      .filter((name) => byId(`panel-${name}`))
      .map((name) => new Panel(name, this));
    this.strip = new Strip(byId("strip"), data, (from, to) =>
      this.setFilter({ from: from && Math.floor(from), to: to && Math.ceil(to) }),
    );
    this.table = new RowTable(byId("rows"), data, (name, row) => this.drawer.row(name, row));
    this.controls = new Controls(this);
    this.connectPage();
    keys(this);
  }

  /* What the filter leaves, and what drawing needs to know. */
  view() {
    if (this.seen) return this.seen;
    const masks = apply(this.filter, this.data);
    const { span, document: report } = this.data;
    const dark = currentTheme() === "dark";
    const from = this.filter.from ?? span.from;
    const to = Math.max(this.filter.to ?? span.to, from + 1);
    this.seen = {
      filter: this.filter,
      masks,
      rows: { connections: rowsOf(masks.connections), exchanges: rowsOf(masks.exchanges) },
      from,
      to,
      settings: report.settings,
      causes: this.data.causes,
      zone: zoneText(from / 1000),
      colors: theme(),
      dark,
      pause: this.pause,
      course: this.course,
    };
    return this.seen;
  }

  setFilter(wanted) {
    this.replaceFilter({ ...this.filter, ...wanted });
  }

  /* Each filter is a step of the browser's history, so that Back takes it off. */
  replaceFilter(filter, remember = "pushState") {
    this.filter = filter;
    if (filter.from !== null && filter.to !== null && filter.from > filter.to)
      [filter.from, filter.to] = [filter.to, filter.from];
    const hash = filterToHash(filter);
    if (hash !== location.hash.replace(/^#/, ""))
      history[remember](null, "", hash ? `#${hash}` : location.pathname + location.search);
    this.changed();
  }

  /* Words that come from a row: null means that the row has none. */
  known(wanted) {
    return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
  }

  changed() {
    this.seen = null;
    const view = this.view();
    this.controls.show(view);
    this.strip.draw(this.filter, view.colors);
    this.showTable();
    for (const panel of this.panels) panel.dirty = true;
    this.drawNear();
  }

  /* Which panels are in sight, before the observer has said so. */
  look() {
    for (const panel of this.panels) panel.near = panel.root.getBoundingClientRect().top < innerHeight;
  }

  /* What is in sight now, the rest when the browser has time: a change never waits for charts that nobody sees. */
  drawNear() {
    if (this.panels.some((panel) => panel.dirty)) delete document.documentElement.dataset.settled;
    for (const panel of this.panels) if (panel.dirty && panel.near) panel.draw();
    if (!this.waiting) this.waiting = requestIdleCallback(() => this.drawNext(), { timeout: 500 });
  }

  drawNext() {
    this.waiting = null;
    const next = this.panels.find((panel) => panel.dirty);
    if (!next) {
      document.documentElement.dataset.settled = "1";
      return;
    }
    next.draw();
    this.waiting = requestIdleCallback(() => this.drawNext(), { timeout: 500 });
  }

  drawAll() {
    for (const panel of this.panels) if (panel.dirty) panel.draw();
  }

  rowsFor(name) {
    const view = this.view();
    if (name === "connections" || name === "exchanges") return this.readableRows(name, view.masks[name]);
    const table = this.data[name === "pauses" ? "pausesTable" : name];
    const rows = [];
    const place = view.filter.server ? this.data.servers.indexOf(view.filter.server) : null;
    const servers = serverIndex(table, this.data.servers);
    const timed = { minutes: "minute", pauses: "first_unanswered", flows: "start" }[name];
    for (let row = 0; row < table.length; row++) {
      const at = timed ? table.value(timed, row) : null;
      const long = name === "minutes" ? MINUTE : 0;
      if (place !== null && table.has("server_ip") && servers[row] !== place) continue;
      if (timed && (at + long <= view.from - (long ? 0 : 1) || at > view.to)) continue;
      if (name === "clients" && view.filter.client && !isClient(table.value("client_ip", row), view.filter.client))
        continue;
      rows.push(row);
    }
    return rows;
  }

  /* Of the rows that the page holds for reading those that the filter leaves. */
  readableRows(name, mask) {
    const table = this.data[name];
    const rows = [];
    for (let row = 0; row < table.length; row++) {
      const number = table.value("connection", row);
      const place =
        name === "connections" ? number : this.data.every.firstExchange.get(number) + table.value("index", row);
      if (mask[place]) rows.push(row);
    }
    return rows;
  }

  showTable() {
    const chosen = document.querySelector("#rows [role=tab][aria-selected=true]");
    this.table.show(chosen.dataset.table, this.rowsFor(chosen.dataset.table));
  }

  choosePause(number) {
    const last = this.data.pauses.length;
    if (!last) return;
    this.pause = Math.max(1, Math.min(last, number));
    this.seen = null;
    const panel = this.panels.find(({ name }) => name === "pause");
    byId("pause-number").textContent = `${this.pause} of ${last}`;
    byId("pause-before").disabled = this.pause === 1;
    byId("pause-next").disabled = this.pause === last;
    panel.dirty = true;
    this.drawNear();
  }

  chooseCourse(number) {
    const last = coursesOf(this.data).length;
    this.course = Math.max(1, Math.min(last, number));
    this.seen = null;
    byId("course-number").textContent = `${this.course} of ${last}`;
    byId("course-before").disabled = this.course === 1;
    byId("course-next").disabled = this.course === last;
    this.panels.find(({ name }) => name === "ladder").dirty = true;
    this.drawNear();
  }

  stepPause(step) {
    this.choosePause(this.pause + step);
  }

  showPause(number) {
    this.choosePause(number);
    this.drawer.pause(number);
  }

  turnTheme() {
    setTheme(currentTheme() === "dark" ? "light" : "dark");
    this.changed();
  }

  crosshair(source, ms) {
    for (const panel of this.panels) {
      const hair = panel.root.querySelector(".hair");
      if (!hair) continue;
      const at = ms === null || panel === source || !PANELS[panel.name].time ? null : panel.place(ms);
      hair.hidden = at === null;
      if (at !== null) hair.style.left = `${at}px`;
    }
  }

  connectPage() {
    document.addEventListener("click", (press) => {
      const jump = press.target.closest("[data-from]");
      if (jump)
        this.setFilter({
          from: Math.floor(msOf(jump.dataset.from)),
          to: Math.ceil(msOf(jump.dataset.to || jump.dataset.from)),
        });
    });
    byId("theme").addEventListener("click", () => this.turnTheme());
    if (byId("pause-number")) {
      byId("pause-before").addEventListener("click", () => this.stepPause(-1));
      byId("pause-next").addEventListener("click", () => this.stepPause(1));
      byId("pause-facts").addEventListener("click", () => this.showPause(this.pause));
    }
    if (byId("course-number")) {
      byId("course-before").addEventListener("click", () => this.chooseCourse(this.course - 1));
      byId("course-next").addEventListener("click", () => this.chooseCourse(this.course + 1));
    }
    byId("rows-csv").addEventListener("click", () => this.table.csv());
    this.connectTabs();
    addEventListener("hashchange", () => {
      if (isPlace(location.hash)) return this.openPlace();
      return this.replaceFilter(filterFromHash(location.hash), "replaceState");
    });
    this.openPlace();
    const sight = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) this.panels.find(({ root }) => root === entry.target).near = entry.isIntersecting;
        this.drawNear();
      },
      { rootMargin: "200px" },
    );
    for (const panel of this.panels) sight.observe(panel.root);
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth === width) return;
      width = innerWidth;
      clearTimeout(this.resized);
      this.resized = setTimeout(() => this.changed(), 150);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.changed());
    this.connectPrint();
  }

  /* A link to a finding opens it. */
  openPlace() {
    const found = isPlace(location.hash) && byId(location.hash.slice(1));
    for (let at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (found) found.scrollIntoView();
  }

  connectTabs() {
    const tabs = [...document.querySelectorAll("#rows [role=tab]")];
    const choose = (tab) => {
      for (const other of tabs) {
        other.setAttribute("aria-selected", String(other === tab));
        other.tabIndex = other === tab ? 0 : -1;
      }
      byId("rows-panel").setAttribute("aria-labelledby", tab.id);
      this.showTable();
    };
    tabs.forEach((tab, place) => {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (press) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[press.key];
        if (!step) return;
        const next = tabs[(place + step + tabs.length) % tabs.length];
        choose(next);
        next.focus();
      });
    });
  }

  /* Paper is white and shows everything: the light theme, all charts, findings unfolded. */
  connectPrint() {
    let before = null;
    const findings = () => [...document.querySelectorAll("details.finding")];
    addEventListener("beforeprint", () => {
      before = { theme: document.documentElement.dataset.theme, open: findings().map((found) => found.open) };
      document.documentElement.dataset.theme = "light";
      for (const found of findings()) found.open = true;
      this.printing = true;
      this.changed();
      this.drawAll();
    });
    addEventListener("afterprint", () => {
      if (!before) return;
      document.documentElement.dataset.theme = before.theme;
      findings().forEach((found, place) => (found.open = before.open[place]));
      before = null;
      this.printing = false;
      this.changed();
    });
  }
}

/* What a page without charts has, too. */
function connectDialogs() {
  document.addEventListener("click", (press) => {
    const button = press.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy);
    const close = press.target.closest("[data-close]");
    if (close) close.closest("dialog").close();
  });
  byId("keys").addEventListener("click", () => byId("help").showModal());
}

async function loadPlotly() {
  const script = document.createElement("script");
  script.textContent = await inflate("plotly").text();
  document.head.append(script);
}

async function start() {
  connectDialogs();
  if (!byId("charts")) {
    byId("theme").addEventListener("click", () => setTheme(currentTheme() === "dark" ? "light" : "dark"));
    document.documentElement.dataset.ready = document.documentElement.dataset.settled = "1";
    return;
  }
  const [page, block] = await Promise.all([inflate("data").json(), inflate("numbers").arrayBuffer(), loadPlotly()]);
  const app = new App(prepare(page, block));
  app.look();
  app.choosePause(1);
  if (byId("course-number")) app.chooseCourse(1);
  app.changed();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

start().catch((failure) => {
  document.documentElement.classList.remove("js");
  if (!byId("failed")) throw failure;
  byId("failed").hidden = false;
  byId("failed").append(` (${failure.message})`);
  throw failure;
});
