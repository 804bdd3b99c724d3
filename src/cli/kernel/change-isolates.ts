import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { KernelServiceStartResponse } from "../../contract/kernel.js";
import { type KernelClient, REQUESTS } from "../../kernel/connect/index.js";
import { print } from "../output.js";
import { statIfPresent } from "../stat-if-present.js";
import type { Change } from "./change.js";
import { type KernelChoice, withKernel } from "./choose-kernel.js";

type Changed = Promise<KernelServiceStartResponse>;

const CHANGE: Readonly<Record<Change, (client: KernelClient, isolate: string) => Changed>> = {
  start: (client, isolate) => client.unary("Start", REQUESTS.Start, { isolate }),
  stop: (client, isolate) => client.unary("Stop", REQUESTS.Stop, { isolate, reason: "stopped by pihost stop" }),
  restart: (client, isolate) => client.unary("Restart", REQUESTS.Restart, { isolate }),
};

/** One after the other: the first that fails ends it. */
export async function changeIsolates(
  change: Change,
  names: readonly string[],
  done: string,
  choice: KernelChoice,
): Promise<void> {
  await withKernel(choice, async (client) => {
    for (const name of names) tell(await CHANGE[change](client, name), done);
  });
}

export async function replaceIsolate(isolate: string, module: string, choice: KernelChoice): Promise<void> {
  await withKernel(choice, async (client) => {
    const request = { isolate, module: toModule(module) };
    const answer = await client.unary("Replace", REQUESTS.Replace, request);
    tell(answer, `is version ${answer.isolate?.version} now`);
  });
}

function tell({ isolate }: KernelServiceStartResponse, done: string): void {
  const pid = isolate === undefined || isolate.pid === 0 ? "" : ` (pid ${isolate.pid})`;
  print(`${isolate?.name}${pid} ${done}`);
}

/** A file is seen from here, not from the manifest's folder. */
function toModule(module: string): string {
  if (/^(\.{1,2}[\\/]|[\\/]|[A-Za-z]:[\\/])/.test(module)) return pathToFileURL(resolve(module)).href;
  return module.startsWith("file:") || statIfPresent(module)?.isFile() !== true
    ? module
    : pathToFileURL(resolve(module)).href;
}
