import { readFileSync } from "node:fs";

const COMMENTS_AND_TEXTS = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/**
 * The full names of the services that a `.proto` file defines itself; undefined where it cannot be read. By its words alone:
 * what is in it is judged by who loads it.
 */
export function servicesIn(file: string): readonly string[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(COMMENTS_AND_TEXTS, " ");
  } catch {
    return undefined;
  }
  const [, scope] = /(?:^|[;{}])\s*package\s+([\w.]+)\s*;/.exec(text) ?? [];
  const names = [...text.matchAll(/(?:^|[;{}])\s*service\s+(\w+)\s*(?=\{)/g)].map(([, name]) => name ?? "");
  return names.map((name) => (scope === undefined ? name : `${scope}.${name}`));
}
