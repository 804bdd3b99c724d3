import { readdirSync, readFileSync } from "node:fs";

/** @typedef {import("./scenario.mjs").Scenario} Scenario */

const FOLDER = new URL("../scenarios/", import.meta.url);

/** All scenarios, theme by theme. @returns {Scenario[]} */
export function readScenarios(folder = FOLDER) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const scenarios = files
    .toSorted()
    .flatMap((name) => readTheme(JSON.parse(readFileSync(new URL(name, folder), "utf8"))));
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two scenarios have the name ${twice}`);
  return scenarios;
}

/** @param {{ theme: string, needs?: string[], scenarios: (Partial<Scenario> & { name: string })[] }} file @returns {Scenario[]} */
function readTheme({ theme, needs = [], scenarios }) {
  return scenarios.map(({ name, needs: own = [], values = [], steps = [], ...more }) => ({
    ...{ needsBroken: false, own: false, go: {} },
    ...more,
    ...{ name: `${theme}: ${name}`, values, steps },
    fresh: more.fresh === true || more.go !== undefined,
    needs: [...new Set([...needs, ...own])],
  }));
}
