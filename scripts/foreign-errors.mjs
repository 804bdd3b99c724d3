// Real clients in Rust (tonic) and Java (grpc-java), generated with stock options, get errors of every length from a live process.
// usage: node scripts/foreign-errors.mjs [language …]; the last line is `N passed, N failed`
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addCounts, countOf, NOTHING, printCounts } from "./ci-counts.mjs";
import { installDebianPackages } from "./debian-packages.mjs";
import { ensureBuilt } from "./prepare-workspace.mjs";
import { runCommand } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot } from "./workspace.mjs";

const MINUTE_MS = 60_000;
const PROTO = join(repositoryRoot, "proto");
const TEMPLATES = join(repositoryRoot, "scripts/foreign-errors");
const TOOLS = join(cacheDirectory, "contract-tools");

/** What messages and stacks are made of, and how many characters of them; each with a short message and with one as long as the stack. */
const TEXTS = ["x", "é", "文", "\u{1F600}", "%", "\u0001"];
const LENGTHS = [100, 1_000, 3_000, 5_900, 7_000, 10_000, 20_000, 60_000];
const SHORT = 20;

/**
 * @typedef {import("./ci-counts.mjs").Counts} Counts
 * @typedef {{ socket: string, token: string, module: string }} Target
 */

/**
 * Builds the client of a language in a folder; gives its command, or why it cannot be had.
 *
 * @type {Record<string, (folder: string) => Promise<readonly string[] | string>>}
 */
const LANGUAGES = { rust, java };

/** @param {string} folder */
async function rust(folder) {
  if (spawnSync("cargo", ["--version"]).status !== 0) return "there is no cargo";
  const hasProtoc = spawnSync("protoc", ["--version"]).status === 0;
  const why = hasProtoc ? undefined : await installDebianPackages(["protobuf-compiler", "libprotobuf-dev"]);
  if (why !== undefined) return `there is no protoc: ${why}`;
  const target = join(TOOLS, "rust-errors");
  const env = { ...process.env, CONTRACT_PROTO: PROTO, CARGO_TARGET_DIR: target };
  const unreachable = await unlessUnreachable("cargo", ["fetch", "--quiet"], { cwd: folder, env });
  if (unreachable !== undefined) return unreachable;
  await must("cargo", ["build", "--quiet"], { cwd: folder, env });
  return [join(target, "debug/errors")];
}

/** @param {string} folder */
async function java(folder) {
  for (const [command, flag] of /** @type {const} */ ([
    ["mvn", "--version"],
    ["javac", "-version"],
  ])) {
    if (spawnSync(command, [flag]).status !== 0) return `there is no ${command}`;
  }
  const classPath = join(folder, "class-path");
  const goals = ["compile", "dependency:build-classpath", `-Dmdep.outputFile=${classPath}`];
  const options = ["-q", "-B", `-Dcontract.proto=${PROTO}`];
  const unreachable = await unlessUnreachable("mvn", [...options, ...goals], { cwd: folder });
  if (unreachable !== undefined) return unreachable;
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
      const own = await judge(name, scratch, target).catch((/** @type {Error} */ { message }) => {
        process.stdout.write(`${name}: ${message}\n`);
        return countOf(false);
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
  if (typeof command === "string") {
    process.stdout.write(`${name}: skipped: ${command}\n`);
    return { ...NOTHING, skipped: 1 };
  }
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

/**
 * @param {string} command @param {string[]} args @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string | undefined>} why it cannot be done here
 */
async function unlessUnreachable(command, args, options) {
  try {
    await must(command, args, options);
    return undefined;
  } catch (error) {
    const [said] = UNREACHABLE.exec(/** @type {Error} */ (error).message) ?? [];
    if (said === undefined) throw error;
    return `its packages cannot be had: ${said}`;
  }
}

/** @param {string} command @param {string[]} args @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options */
async function must(command, args, options) {
  const { code, output } = await runCommand(command, args, { timeoutMs: 10 * MINUTE_MS, ...options });
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output.slice(-4_000)}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const scratch = mkdtempSync(join(tmpdir(), "errors-"));
  try {
    const counts = await foreignErrors(scratch, process.argv.length > 2 ? process.argv.slice(2) : undefined);
    process.stdout.write(`${printCounts(counts)}\n`);
    process.exitCode = counts.failed === 0 ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
