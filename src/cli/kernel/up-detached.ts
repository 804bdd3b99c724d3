import { spawn } from "node:child_process";
import { closeSync, createReadStream, mkdirSync, openSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { listLiveKernels } from "../../kernel/live-kernels.js";
import { readManifest } from "../../kernel/manifest/index.js";
import { LOG_VARIABLE } from "../../kernel/operators.js";
import { CommandFailure } from "../command-failure.js";
import { EXIT } from "../exit-codes.js";
import { jsonLine, note, print } from "../output.js";
import { statIfPresent } from "../stat-if-present.js";
import { hostAndPort } from "./host-and-port.js";
import { manifestFile } from "./manifest-file.js";
import type { UpOptions } from "./up-options.js";

/** Of a log file, before a start lays it aside. */
const LOG_BYTES = 10 * 1024 * 1024;

/** What the process of the kernel says once that is ready. */
export interface Ready {
  readonly socket: string | undefined;
  /** Of the front door's TCP address. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** Where metrics are served. */
  readonly metrics: string | undefined;
}

/** Starts a kernel in a process of its own, and returns when it is ready. */
export async function upDetached(
  given: string | undefined,
  { watch, grace, json, metrics }: UpOptions,
): Promise<number> {
  const file = manifestFile(given);
  // A mistake in it is told here, not in a log.
  const { name } = await readManifest(file);
  const running = listLiveKernels().find((one) => one.name === name && one.file === file);
  if (running !== undefined) {
    throw new CommandFailure(
      EXIT.failed,
      `${name} runs already (pid ${running.pid}, ${running.socket}); see pihost down`,
    );
  }
  const log = logFile(name);
  const start = statIfPresent(log)?.size ?? 0;
  const args = [
    "up",
    "--plain",
    ...(watch ? ["--watch"] : []),
    ...(grace === undefined ? [] : ["--grace", String(grace)]),
    ...(metrics === undefined ? [] : ["--metrics", hostAndPort(metrics)]),
    file,
  ];
  const descriptor = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [fileURLToPath(new URL("./main.mjs", import.meta.url)), ...args], {
    detached: true,
    stdio: ["ignore", descriptor, descriptor, "ipc"],
    env: { ...process.env, [LOG_VARIABLE]: log },
  });
  closeSync(descriptor);
  const ready = await new Promise<Ready | number>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Ready));
    child.once("exit", (code) => resolve(code ?? EXIT.failed));
    child.once("error", reject);
  });
  if (typeof ready === "number") {
    const said = await text(createReadStream(log, { start }));
    note(said.trimEnd(), `pihost: ${name} could not be started; its log is ${log}`);
    return ready === EXIT.done ? EXIT.failed : ready;
  }
  child.disconnect();
  child.unref();
  const { socket, address, metrics: metricsUrl } = ready;
  if (json) print(jsonLine({ name, pid: child.pid, socket, address, metrics: metricsUrl, log }));
  else {
    const tcp = address === undefined ? undefined : hostAndPort(address);
    const facts = Object.entries({ pid: child.pid, socket, tcp, metrics: metricsUrl, log });
    const shown = facts.filter(([, value]) => value !== undefined);
    print(`${name} is ready`, ...shown.map(([title, value]) => `  ${title.padEnd(7)} ${value}`));
  }
  return EXIT.done;
}

/** Below the folder for what programs keep of their doings. */
function logFile(name: string): string {
  const given = process.env.XDG_STATE_HOME;
  const state = given !== undefined && isAbsolute(given) ? given : join(homedir(), ".local/state");
  const folder = join(state, "process-isolation");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = join(folder, `${name}.log`);
  if ((statIfPresent(log)?.size ?? 0) > LOG_BYTES) renameSync(log, `${log}.1`);
  return log;
}
