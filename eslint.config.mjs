/* The page's scripts run as one: every file sees the names of the files before it. */
import { readFileSync, readdirSync } from "node:fs";
import js from "@eslint/js";
import globals from "globals";

const ASSETS = "pcapinspect/report/assets";
const files = readdirSync(ASSETS).filter((name) => name.endsWith(".js"));
const own = files.flatMap((name) =>
  [...readFileSync(`${ASSETS}/${name}`, "utf8").matchAll(/^(?:async )?(?:function|class|const|let) (\w+)/gm)].map(
    (found) => found[1],
  ),
);

export default [
  js.configs.recommended,
  {
    files: [`${ASSETS}/*.js`],
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.browser, Plotly: "readonly", ...Object.fromEntries(own.map((name) => [name, "writable"])) },
    },
    rules: {
      "no-redeclare": "off", // each file declares what others see
      "no-unused-vars": ["error", { vars: "local", argsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" }],
      "no-shadow": ["error", { builtinGlobals: false, hoist: "all" }],
      eqeqeq: "error",
      complexity: ["error", 18],
    },
  },
  { files: ["tests/scripts/*.mjs"], languageOptions: { globals: globals.node } },
];
