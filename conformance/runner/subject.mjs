import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Mismatch, show, Watch } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("node:net").Socket} Socket
 * @typedef {object} Target what is judged
 * @property {readonly [string, ...string[]]} command the executable and its arguments
 * @property {string} module the fixture module, as calls name it
 * @property {string} [brokenModule] a module that throws when it is loaded
 * @property {string} from the folder from which the names of modules are resolved, and the working directory
 * @property {number} timeoutMs how long the process has for each thing that it should do
 */

/** Feature names that this runner can use. */
const USED = [
  "session",
  "socket",
  "invoke",
  "payloads",
  "streams",
  "references",
  "signals",
  "shared-memory",
  "cancel",
  "data",
].concat("preload", "lifecycle", "exports", "standby", "integrity", "status");

/** One process: its lines, its output and its end. It is killed, with its group, by `dispose`. */
export class Subject {
  /** @type {Message[]} */
  lines = [];
  stdout = "";
  stderr = "";
  /** @type {{ code: number | null, signal: NodeJS.Signals | null } | undefined} */
  exit;
  /** Whether all that it wrote has been read, too. */
  #isRead = false;
  watch = new Watch();
  token = randomBytes(32).toString("hex");
  /** Its own, for the socket and for shared memory. */
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
  /** What was said in go. @type {Message} */
  go = {};
  #target;
  #child;

  /** @param {Target} target */
  constructor(target) {
    this.#target = target;
    const [executable, ...args] = target.command;
    this.#child = spawn(executable, [...args, "conformance"], {
      cwd: target.from,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    this.#child.on("error", (error) => {
      this.stderr += `cannot start ${executable}: ${error.message}\n`;
      this.#ended({ code: null, signal: null });
      this.#finished();
    });
    this.#child.on("exit", (code, signal) => this.#ended({ code, signal }));
    this.#child.on("close", () => this.#finished());
    this.descriptor(4)?.on("error", () => {});
    this.#collect("stdout");
    this.#collect("stderr");
    this.#readLines();
  }

  get pid() {
    return this.#child.pid;
  }

  get timeoutMs() {
    return this.#target.timeoutMs;
  }

  /** Our ends of the descriptors 3 and 4. @param {3 | 4} number @returns {Socket} */
  descriptor(number) {
    return /** @type {Socket} */ (/** @type {unknown} */ (this.#child.stdio[number]));
  }

  /** Waits for a line of this kind; `pattern` says which. @param {string} kind @returns {Promise<Message>} */
  line(kind) {
    return this.watch.until(
      () => {
        const found = this.lines.find((line) => Object.hasOwn(line, kind));
        if (found !== undefined) return found[kind];
        if (this.#isRead) throw new Mismatch(`no ${kind} came: the process has ended (${this.#ending()})`);
        return undefined;
      },
      this.timeoutMs,
      () => `no line ${kind} came; there were ${show(this.lines)}`,
    );
  }

  /** Hello is answered; resolves when the process is ready. @param {Message} [overrides] fields of go */
  async start(overrides = {}) {
    const hello = await this.line("hello");
    this.say({ go: this.goFor(hello, overrides) });
    await this.line("ready");
    return hello;
  }

  /** @param {Message} hello @param {Message} overrides */
  goFor(hello, overrides) {
    const features = USED.filter((name) => featuresOf(hello).includes(name));
    this.go = {
      protocol: 1,
      token: this.token,
      address: features.includes("socket") ? join(this.folder, "s.sock") : "",
      isolate: "conformance",
      generation: 1,
      from: pathToFileURL(`${this.#target.from}/`).href,
      sharedMemory: features.includes("shared-memory") ? this.folder : "",
      sessionOnDescriptor: hello.sessionOnDescriptor === true,
      features,
      hostVersion: "0.1.0",
      maxPayload: 2 ** 30,
      ...overrides,
    };
    return this.go;
  }

  /** @param {Message} line */
  say(line) {
    this.descriptor(3).write(`${JSON.stringify(line)}\n`);
  }

  /** @returns {Promise<NonNullable<Subject["exit"]>>} */
  ended() {
    return this.watch.until(
      () => this.exit,
      this.timeoutMs,
      () => "the process has not ended",
    );
  }

  dispose() {
    if (this.exit === undefined && this.pid !== undefined) {
      try {
        process.kill(process.platform === "win32" ? this.pid : -this.pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
    for (const stream of this.#child.stdio) stream?.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #ending() {
    const { code, signal } = this.exit ?? {};
    return `${signal ?? `code ${code}`}; stderr: ${show(this.stderr.slice(-200))}`;
  }

  /** @param {NonNullable<Subject["exit"]>} exit */
  #ended(exit) {
    this.exit ??= exit;
    // What nobody reads would never end.
    for (const stream of this.#child.stdio) if (stream && "resume" in stream) stream.resume();
    this.watch.changed();
  }

  #finished() {
    this.#isRead = true;
    this.watch.changed();
  }

  /** @param {"stdout" | "stderr"} name */
  #collect(name) {
    this.#child[name]?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      this[name] += text;
      this.watch.changed();
    });
  }

  #readLines() {
    let rest = "";
    const descriptor = this.descriptor(3);
    descriptor.on("error", () => {});
    descriptor.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines.map(parseLine));
      this.watch.changed();
    });
  }
}

/** @param {string} line @returns {Message} */
function parseLine(line) {
  try {
    const message = JSON.parse(line);
    return typeof message === "object" && message !== null ? message : { "no object": line };
  } catch {
    return { "no JSON": line };
  }
}

/** A hello without features and values is one of version 0.1.0, of a Node.js. @param {Message} hello @returns {readonly string[]} */
export function featuresOf({ features = [], values = [], sharedMemory, sessionOnDescriptor, checksIntegrity }) {
  if (features.length > 0 || values.length > 0) return features;
  const own = [
    ["shared-memory", sharedMemory],
    ["session", sessionOnDescriptor],
    ["integrity", checksIntegrity],
  ];
  const always = ["socket", "invoke", "payloads", "streams", "references", "signals", "cancel", "data", "status"];
  return always.concat(own.filter(([, has]) => has === true).map(([name]) => name));
}
