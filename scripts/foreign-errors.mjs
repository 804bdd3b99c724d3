// Real clients in Rust (tonic) and Java (grpc-java), generated with stock options, get errors of every length from a live process.
// usage: node scripts/foreign-errors.mjs [language …]; the last line is `N passed, N failed`
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addCounts, countOf, NOTHING, printCounts } from "./ci-counts.mjs";
import { Missing, need, PROTO, run, systemProtoc, TOOLS } from "./foreign-toolchains.mjs";
import { ensureBuilt } from "./prepare-workspace.mjs";
import { runStage } from "./run-stage.mjs";
import { repositoryRoot } from "./workspace.mjs";

const MINUTE_MS = 60_000;
const TEMPLATES = join(repositoryRoot, "scripts/foreign-errors");

/** What messages and stacks are made of, and how many characters of them; each with a short message and with one as long as the stack. */
const TEXTS = ["x", "é", "文", "\u{1F600}", "%", "\u0001"];
const LENGTHS = [100, 1_000, 3_000, 5_900, 7_000, 10_000, 20_000, 60_000];
const SHORT = 20;

/**
 * @typedef {import("./ci-counts.mjs").Counts} Counts
 * @typedef {{ socket: string, token: string, module: string }} Target
 */

/**
 * Builds the client of a language in a folder; gives its command.
 *
 * @type {Record<string, (folder: string) => Promise<readonly string[]>>}
 */
const LANGUAGES = { rust, java };

/** @param {string} folder */
async function rust(folder) {
  need("cargo", ["--version"]);
  await systemProtoc();
  const target = join(TOOLS, "rust-errors");
  const env = { ...process.env, CONTRACT_PROTO: PROTO, CARGO_TARGET_DIR: target };
  await runWithRegistry("cargo", ["fetch", "--quiet"], { cwd: folder, env });
  await run("cargo", ["build", "--quiet"], { cwd: folder, env });
  return [join(target, "debug/errors")];
}

/** @param {string} folder */
async function java(folder) {
  need("mvn", ["--version"]);
  need("javac", ["-version"]);
  const classPath = join(folder, "class-path");
  const goals = ["compile", "dependency:build-classpath", `-Dmdep.outputFile=${classPath}`];
  await runWithRegistry("mvn", ["-q", "-B", `-Dcontract.proto=${PROTO}`, ...goals], { cwd: folder });
  const jars = readFileSync(classPath, "utf8").trim();
  return ["java", "-cp", `${join(folder, "target/classes")}:${jars}`, "Errors"];
}

/**
 * The stage of `.ci/run`: a language whose toolchain cannot be had counts as skipped, and says so.
 *
 * @param {string} scratch
 * @param {readonly string[]} [names] default: all
 * @returns {Promise<Counts>}
 */
export async function foreignErrors(scratch, names = Object.keys(LANGUAGES)) {
  await ensureBuilt();
  mkdirSync(TOOLS, { recursive: true });
  return await withFailingModule(async (target) => {
    let counts = NOTHING;
    for (const name of names) {
      const own = await judge(name, scratch, target).catch((/** @type {Error} */ error) => {
        const isMissing = error instanceof Missing;
        process.stdout.write(`${name}: ${isMissing ? "skipped: " : ""}${error.message}\n`);
        return isMissing ? { ...NOTHING, skipped: 1 } : countOf(false);
      });
      process.stdout.write(`${name}: ${printCounts(own)}\n`);
      counts = addCounts(counts, own);
    }
    return counts;
  });
}

/** @param {string} name @param {string} scratch @param {Target} target @returns {Promise<Counts>} */
async function judge(name, scratch, target) {
  const folder = join(scratch, `errors-${name}`);
  cpSync(join(TEMPLATES, name), folder, { recursive: true });
  const command = await LANGUAGES[name]?.(folder);
  if (command === undefined) throw new Error("there is no such client");
  const cases = TEXTS.flatMap((text) => LENGTHS.flatMap((length) => [SHORT, length].map((of) => [text, of, length])));
  const lines = cases.map(([text, ...lengths]) => [Buffer.from(String(text)).toString("hex"), ...lengths].join(" "));
  const answers = await ask([...command, target.socket, target.token, target.module], lines);
  let counts = NOTHING;
  for (const [index, of] of cases.entries()) {
    const answer = answers[index] ?? "no answer";
    if (answer !== "ok") process.stdout.write(`${name}: FAILED: ${JSON.stringify(of)}: ${answer}\n`);
    counts = addCounts(counts, countOf(answer === "ok"));
  }
  return counts;
}

/** The lines that a client prints for those that it reads. @param {readonly string[]} command @param {readonly string[]} lines */
async function ask([executable = "", ...args], lines) {
  const client = spawn(executable, args, { stdio: ["pipe", "pipe", "inherit"] });
  const timer = setTimeout(() => client.kill("SIGKILL"), 2 * MINUTE_MS);
  client.stdin.on("error", () => {}).end(`${lines.join("\n")}\n`);
  let printed = "";
  client.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
  });
  await once(client, "close");
  clearTimeout(timer);
  return printed.split("\n");
}

/**
 * Starts a process with the module that fails, for as long as `use` runs.
 *
 * @template Result
 * @param {(target: Target) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
async function withFailingModule(use) {
  /** @type {typeof import("../src/index.js")} */
  const { ProcessIsolator } = await built("index.mjs");
  /** @type {typeof import("../src/isolator/live-record.js")} */
  const { listLive } = await built("src/isolator/live-record.js");
  const name = `foreign-errors-${process.pid}`;
  const isolator = await ProcessIsolator.create({ name, discoverable: true });
  try {
    await isolator.status();
    const record = listLive().find((live) => live.name === name);
    if (record === undefined) throw new Error(`${name} is not listed`);
    const module = join(repositoryRoot, "test/pihost/server/fixtures/throws-much.mjs");
    return await use({ socket: record.address, token: record.token, module });
  } finally {
    await isolator.shutdown({ reason: "the clients are done", graceMs: 100 });
  }
}

const built = (/** @type {string} */ file) => import(pathToFileURL(join(repositoryRoot, "dist", file)).href);

/** What package managers say where a registry does not give them a package. */
const UNREACHABLE =
  /Could not (?:transfer|resolve|find) (?:artifact|dependencies)|failed to (?:download|fetch|get)|Could not resolve host/i;

/** @param {string} command @param {string[]} args @param {Parameters<typeof run>[2]} options @throws {Missing} */
async function runWithRegistry(command, args, options) {
  try {
    await run(command, args, options);
  } catch (error) {
    const [said] = UNREACHABLE.exec(/** @type {Error} */ (error).message) ?? [];
    throw said === undefined ? error : new Missing(`its packages cannot be had: ${said}`);
  }
}

await runStage(import.meta.url, (scratch, names) => foreignErrors(scratch, names.length > 0 ? names : undefined));
