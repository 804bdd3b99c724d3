// Two versions of one dependency at once, each in an isolate that is told where to look for it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isolate } from "process-isolation";

const folder = mkdtempSync(join(tmpdir(), "two-versions-"));

/** Makes a project that has one version of the package `greeter` installed. */
function createProject(/** @type {string} */ version, /** @type {string} */ code) {
  const from = join(folder, version);
  const packageFolder = join(from, "node_modules", "greeter");
  mkdirSync(packageFolder, { recursive: true });
  writeFileSync(join(packageFolder, "package.json"), JSON.stringify({ name: "greeter", version, main: "index.cjs" }));
  writeFileSync(join(packageFolder, "index.cjs"), `exports.version = () => "${version}";\n${code}`);
  return from;
}

/** @typedef {{ version(): string, greet(name: string): string }} Greeter */

/** @type {import("process-isolation").Isolate<Greeter>[]} */
const greeters = [];
try {
  const projects = [
    createProject("1.0.0", "exports.greet = (name) => 'Hello ' + name;"),
    createProject("2.0.0", "exports.greet = (name) => 'Good day, ' + name + '!';"),
  ];
  for (const from of projects) greeters.push(await isolate("greeter", { from }));
  for (const { api } of greeters) console.log(`greeter ${await api.version()}: ${await api.greet("Ada")}`);
} finally {
  await Promise.all(greeters.map(({ isolator }) => isolator.shutdown({ reason: "done" })));
  rmSync(folder, { recursive: true });
}
