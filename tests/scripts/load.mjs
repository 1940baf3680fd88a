/* The scripts that need no page, as one, with what a test asks for by name. */
import { readFileSync } from "node:fs";
import vm from "node:vm";

const ASSETS = new URL("../../pcapinspect/report/assets/", import.meta.url);

export function load(files, names) {
  const text = files.map((name) => readFileSync(new URL(name, ASSETS), "utf8")).join("\n");
  return vm.runInThisContext(`(() => {\n"use strict";\n${text}\nreturn { ${names.join(", ")} };\n})()`);
}
