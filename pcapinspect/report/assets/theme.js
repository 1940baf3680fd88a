/* Before the first paint: the theme that was chosen, else the one of the system; and that scripts run. */
function currentTheme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "auto" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : chosen;
}
function setTheme(name) {
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem("pcapinspect-theme", name);
  } catch {
    /* no storage for files in this browser: the choice lasts as long as the page */
  }
}
try {
  const kept = localStorage.getItem("pcapinspect-theme");
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
} catch {
  /* as above */
}
document.documentElement.classList.add("js");
