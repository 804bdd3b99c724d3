import { fromDuration } from "../../contract/index.js";
import type { KernelServiceListResponse } from "../../contract/kernel.js";
import { type KernelClient, REQUESTS } from "../../kernel/connect/index.js";
import type { Instance } from "../../kernel/life/index.js";
import { summaryOfMessage } from "../../kernel/service/index.js";
import type { IsolateRow } from "./isolate-columns.js";

/** What processes had used when they were asked last, by pid. */
type Usage = Map<number, { readonly at: number; readonly cpuSeconds: number }>;

/** Asks a kernel for its isolates, again and again; the processor's time is that between two readings. */
export class RowReader {
  readonly #client: KernelClient;
  #usage: Usage = new Map();

  constructor(client: KernelClient) {
    this.#client = client;
  }

  async read(): Promise<{ readonly kernel: KernelServiceListResponse; readonly rows: IsolateRow[] }> {
    const kernel = await this.#client.unary("List", REQUESTS.List, { withStatus: true });
    const usage: Usage = new Map();
    const now = performance.now();
    const rows = kernel.isolates.map((message) => {
      const { name, state, pid, generation, version, module, instances } = summaryOfMessage(message);
      const facts = { name, state, pid, generation, version, module, processes: instances.length };
      const { status } = message;
      if (status === undefined) return { ...facts, ...NO_STATUS };
      const uptimeMs = fromDuration(status.uptime, 0);
      const cpuOf = (process: number, cpuSeconds: number): number | undefined => {
        const before = this.#usage.get(process);
        usage.set(process, { at: now, cpuSeconds });
        return before === undefined ? undefined : percent(cpuSeconds - before.cpuSeconds, now - before.at);
      };
      if (instances.length > 1) return { ...facts, uptimeMs, ...sumOf(instances, cpuOf) };
      const { callsInFlight: calls, rssBytes, cpuSeconds } = status;
      return { ...facts, uptimeMs, calls, rssBytes, cpu: cpuOf(pid, cpuSeconds) };
    });
    this.#usage = usage;
    return { kernel, rows };
  }
}

const NO_STATUS = { uptimeMs: undefined, calls: undefined, rssBytes: undefined, cpu: undefined };

/** @param cpuOf what a process has used since it was asked before, in percent; undefined where it was not */
function sumOf(
  instances: readonly Instance[],
  cpuOf: (pid: number, cpuSeconds: number) => number | undefined,
): Pick<IsolateRow, "calls" | "rssBytes" | "cpu"> {
  const calls = instances.reduce((sum, { inFlight }) => sum + inFlight, 0);
  const rssBytes = instances.reduce((sum, { rssBytes: bytes }) => sum + bytes, 0);
  const shares = instances.map(({ pid, cpuSeconds }) => cpuOf(pid, cpuSeconds)).filter((share) => share !== undefined);
  return { calls, rssBytes, cpu: shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) };
}

function percent(seconds: number, ms: number): number {
  return ms <= 0 ? 0 : Math.max(0, (seconds * 1e5) / ms);
}
