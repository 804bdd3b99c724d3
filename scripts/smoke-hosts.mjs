import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { nodeOfLine } from "./node-versions.mjs";
import { runCommand, runNode } from "./run-command.mjs";
import { runNpm } from "./run-npm.mjs";
import { hostsProject, tarballOf } from "./smoke-project.mjs";

const TIMEOUT_MS = 120_000;

/**
 * Uses the packed package in every kind of host that is not a plain program: test runners, threads, watchers, Node's
 * permission model, other runtimes; and checks its types in every way that TypeScript resolves packages.
 * @param {string} scratch an existing folder
 */
export async function smokeHosts(scratch) {
  const project = await hostsProject(scratch);
  let counts = NOTHING;
  for (const [name, run] of Object.entries(hosts(project))) {
    const failure = await run().catch((/** @type {Error} */ error) => error.message);
    process.stdout.write(
      `${name}: ${failure === undefined ? "passed" : `failed\n${failure.replace(/^(?=.)/gm, "    ")}`}\n`,
    );
    counts = addCounts(counts, countOf(failure === undefined));
  }
  return counts;
}

/**
 * What there is, by name. Each resolves with why it failed.
 * @param {string} project
 * @returns {Record<string, () => Promise<string | undefined>>}
 */
function hosts(project) {
  const tool = (/** @type {string} */ path) => join(project, "node_modules", path);
  const jest = (/** @type {string} */ folder) => [tool("jest/bin/jest.js"), "--rootDir", folder, "--detectOpenHandles"];
  const node = (/** @type {string[]} */ args, env = {}) => judged(runNode(args, inProject(project, env)));
  const allowed = ["--allow-fs-read=*", "--allow-fs-write=*", "--allow-child-process"];
  const vitest = (/** @type {string} */ pool) =>
    node([tool("vitest/vitest.mjs"), "run", "--root", "vitest", `--pool=${pool}`]);
  const other = (/** @type {string} */ program, /** @type {string[]} */ ...args) =>
    judged(runCommand(program, args, inProject(project, { NODE: process.execPath })));
  return {
    "jest, CommonJS": () => node(jest("jest-cjs")),
    "jest, ES modules": () => node(jest("jest-esm"), { NODE_OPTIONS: "--experimental-vm-modules" }),
    "vitest, forks": () => vitest("forks"),
    "vitest, threads": () => vitest("threads"),
    "vitest, vmForks": () => vitest("vmForks"),
    "vitest, vmThreads": () => vitest("vmThreads"),
    "node --test": () => node(["--test", join("node-test", "host.test.mjs")]),
    "worker threads": () => node(["threads.mjs"]),
    "node --experimental-permission": () => node(["--experimental-permission", ...allowed, "host.mjs"]),
    "node --permission": async () =>
      judged(runCommand(await nodeOfLine(24), ["--permission", ...allowed, "host.mjs"], inProject(project))),
    "tsx watch": () => watched(project, tool("tsx/dist/cli.mjs")),
    "Bun, with execPath": () => other(binaryOf(tool("@oven"), "bin/bun"), "host.mjs"),
    "Deno, with execPath": () => other(binaryOf(tool("@deno"), "deno"), "run", "-A", "host.mjs"),
    "global pihost": () => globalCommand(project),
    ...typeChecks(project, "types", tool("typescript/bin/tsc")),
    ...typeChecks(project, "types for TypeScript 5.4", tool("typescript-floor/bin/tsc")),
  };
}

/** @param {string} project @param {NodeJS.ProcessEnv} [env] */
function inProject(project, env = {}) {
  return { cwd: project, env: { ...process.env, ...env }, timeoutMs: TIMEOUT_MS };
}

/**
 * It fails also where a test runner finds something that is still open: Jest says so and ends well.
 * @param {Promise<import("./run-command.mjs").CommandResult>} command
 */
async function judged(command) {
  const { code, output } = await command;
  return code === 0 && !/open handle|did not exit/.test(output) ? undefined : `exit code ${code}\n${output}`;
}

/** The one executable of this machine among the packages of a scope, whose install scripts are not run. @param {string} scope @param {string} file */
function binaryOf(scope, file) {
  const name = `${scope.endsWith("@oven") ? "bun-" : ""}${process.platform}-${process.arch === "arm64" && scope.endsWith("@oven") ? "aarch64" : process.arch}`;
  const candidates = [name, `${name}-glibc`].map((folder) => join(scope, folder, file));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`there is none of ${candidates.join(", ")}`);
  return found;
}

/** Installs the package globally, and has its command run a module that nothing is installed for. @param {string} project */
async function globalCommand(project) {
  const prefix = join(project, "../global");
  const folder = join(project, "../no-project");
  const args = [
    "install",
    "--global",
    "--prefix",
    prefix,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    tarballOf(project),
  ];
  const { code, output } = await runNpm(args, { cwd: project, timeoutMs: TIMEOUT_MS });
  if (code !== 0) return `npm install --global:\n${output}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "job.mjs"),
    'import { currentCall } from "process-isolation/pihost";\nexport const main = () => currentCall().attempt + 6;\n',
  );
  const pihost = join(prefix, process.platform === "win32" ? "pihost.cmd" : "bin/pihost");
  const run = await runCommand(pihost, ["run", "./job.mjs"], { cwd: folder, timeoutMs: TIMEOUT_MS });
  return run.code === 7 ? undefined : `exit code ${run.code} rather than 7\n${run.output}`;
}

/** Starts a program under `tsx watch`, changes a file, and sees it start again with nothing of the first one left. @param {string} project @param {string} tsx */
async function watched(project, tsx) {
  const child = spawn(process.execPath, [tsx, "watch", "host.ts"], {
    cwd: project,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextPid = async () => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) throw new Error("tsx watch ended early");
      const pid = /^1 \+ 2 = 3, in process (\d+)$/.exec(value)?.[1];
      if (pid !== undefined) return Number(pid);
    }
  };
  try {
    const first = await nextPid();
    utimesSync(join(project, "host.ts"), new Date(), new Date());
    const second = await nextPid();
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("exit", resolve));
    for (const pid of [first, second]) if (!(await isGoneSoon(pid))) return `process ${pid} is left`;
    return undefined;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

/** @param {number} pid */
async function isGoneSoon(pid) {
  const deadline = Date.now() + 5_000;
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * With the libraries' own types checked as well.
 * @param {string} project @param {string} title @param {string} tsc @returns {Record<string, () => Promise<string | undefined>>}
 */
function typeChecks(project, title, tsc) {
  const ways = {
    node10: { type: "commonjs", module: "commonjs", moduleResolution: "node10" },
    "node16 from CommonJS": { type: "commonjs", module: "node16", moduleResolution: "node16" },
    "node16 from ES modules": { type: "module", module: "node16", moduleResolution: "node16" },
    bundler: { type: "module", module: "esnext", moduleResolution: "bundler" },
  };
  return Object.fromEntries(
    Object.entries(ways).map(([way, { type, ...how }]) => [
      `${title}, ${way}`,
      () => {
        const folder = join(project, `${title}, ${way}`.replace(/\W+/g, "-"));
        cpSync(join(project, "types"), folder, { recursive: true });
        const options = { ...how, target: "es2022", strict: true, skipLibCheck: false, noEmit: true, types: ["node"] };
        writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
        return judged(runNode([tsc, "-p", folder], inProject(project)));
      },
    ]),
  );
}

// By hand: node scripts/smoke-hosts.mjs FOLDER
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { failed } = await smokeHosts(process.argv[2] ?? ".");
  if (failed > 0) process.exitCode = 1;
}
