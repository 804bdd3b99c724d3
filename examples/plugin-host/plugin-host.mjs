// An application that runs every plug-in of a folder in a process of its own: what one does to itself, the others and
// the application do not notice.
import { readdirSync } from "node:fs";
import { IsolationError, isolate } from "process-isolation";

/** @typedef {{ onMessage(text: string): string }} Plugin what every plug-in exports */

const folder = new URL("./plugins/", import.meta.url);
const names = readdirSync(folder).sort();

/** @type {import("process-isolation").Isolate<Plugin>[]} */
const plugins = await Promise.all(names.map((name) => isolate(new URL(name, folder))));

try {
  for (const text of ["hello", "world"]) {
    const answers = await Promise.allSettled(plugins.map(({ api }) => api.onMessage(text)));
    for (const [index, answer] of answers.entries()) console.log(`${text} → ${names[index]}: ${describe(answer)}`);
  }
} finally {
  await Promise.all(plugins.map(({ isolator }) => isolator.shutdown({ reason: "done" })));
}

/** @param {PromiseSettledResult<string>} answer */
function describe(answer) {
  if (answer.status === "fulfilled") return answer.value;
  const { reason } = answer;
  if (IsolationError.is(reason, "CRASHED")) return `crashed, ${reason.facts.signal ?? reason.facts.exitCode}`;
  return `threw ${reason}`;
}
