import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useDirectory, useExecutable } from "./use-directory.js";

/** A program that takes the pihost's place. */
export interface FakeChild {
  /** To be given as the option `execPath`. */
  readonly execPath: string;
  /** Its process id, once it runs; 0 until then. */
  readonly pid: () => number;
  /** Whether it called `mark(name)`. */
  readonly reached: (name: string) => boolean;
}

const PRELUDE = `
const { closeSync, readSync, renameSync, writeFileSync, writeSync } = require("node:fs");
const mark = (name, text = "") => {
  writeFileSync(name + ".new", String(text));
  renameSync(name + ".new", name);
};
const say = (message) => writeSync(3, (typeof message === "string" ? message : JSON.stringify(message)) + "\\n");
const hello = (changes = {}) =>
  say({ hello: { protocol: 1, pid: process.pid, runtime: "fake", version: "9.9.9", ...changes } });
const awaitGo = () => {
  const bytes = Buffer.alloc(4096);
  return JSON.parse(bytes.toString("utf8", 0, readSync(3, bytes))).go;
};
const stay = () => setInterval(() => {}, 1_000);
const listenSilently = (address, onConnection = () => {}) =>
  require("node:net").createServer(onConnection).listen(address, () => say({ ready: {} }));
`;

/**
 * A child in JavaScript that has `say(message)`, `hello(changes?)`, `awaitGo()`, `stay()`, `mark(name)` and
 * `listenSilently(address, onConnection?)` for its part of the handshake.
 */
export function useFakeChild(body: string): FakeChild {
  const directory = useDirectory();
  const execPath = useExecutable(
    `${PRELUDE}process.chdir(${JSON.stringify(directory)});mark("pid", process.pid);${body}`,
  );
  const pidFile = join(directory, "pid");
  return {
    execPath,
    pid: () => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0),
    reached: (name) => existsSync(join(directory, name)),
  };
}

/**
 * A Node.js, to be given as `execPath`, that does something else in its runs of the given numbers, from 1 on: it ends with
 * exit code 42, or what `body` says, which has what a fake child has.
 */
export function useFlakyNode(runs: readonly number[], body = "process.exit(42);"): string {
  const count = join(useDirectory(), "runs");
  return useExecutable(`
    ${PRELUDE}
    require("node:fs").appendFileSync(${JSON.stringify(count)}, "x");
    const run = require("node:fs").readFileSync(${JSON.stringify(count)}).length;
    if (${JSON.stringify(runs)}.includes(run)) {
      ${body}
    } else {
      process.argv.splice(1, 1);
      require(process.argv[1]);
    }
  `);
}
