/* Small pieces of page: elements, copying, files. Text of the capture only ever becomes text nodes. */

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) made.append(child);
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

let saidTimer = 0;

/* `text` for a screen reader; the region is polite and also seen for two seconds. */
function say(text) {
  const region = byId("said");
  region.textContent = text;
  region.classList.add("shown");
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => region.classList.remove("shown"), 2000);
}

/* The clipboard, else the old command, else the text selected for Ctrl+C. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
    return;
  } catch {
    /* refused, or not there from file:// in this browser: the next way */
  }
  const field = element("textarea", { class: "copied", readonly: true, "aria-label": "Text to copy" });
  field.value = text;
  (document.querySelector("dialog[open]") || document.body).append(field);
  field.select();
  if (document.execCommand("copy")) {
    field.remove();
    say("Copied");
  } else {
    say("Press Ctrl+C to copy");
    field.addEventListener("blur", () => field.remove());
  }
}

function copyButton(label, text) {
  return element("button", { type: "button", class: "copy", "data-copy": text }, label);
}

function save(name, content, type) {
  const url =
    content instanceof Blob ? URL.createObjectURL(content) : URL.createObjectURL(new Blob([content], { type }));
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function saveCsv(name, head, rows) {
  save(`${name}.csv`, csvText(head, rows), "text/csv;charset=utf-8");
}

/* A plain table: a head and rows of text. Numbers are set to the right. */
function plainTable(caption, head, rows) {
  const table = element("table", {}, element("caption", {}, caption));
  table.append(element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))));
  const body = element("tbody");
  for (const row of rows) {
    const cells = row.map((value) =>
      element("td", { class: typeof value === "number" ? "number" : null }, cellText(value)),
    );
    body.append(element("tr", {}, ...cells));
  }
  table.append(body);
  return table;
}

function cellText(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 9 }) : String(value);
}
