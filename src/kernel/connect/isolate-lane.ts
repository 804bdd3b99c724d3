import type { IncomingHttpHeaders } from "node:http2";
import { connectHttp2Lane } from "../../channel/index.js";
import { FEATURES, VALUE_KINDS } from "../../contract/index.js";
import type { IsolateSummary } from "../../contract/kernel.js";
import { IsolationError } from "../../errors/index.js";
import { type Lane, type Taken, takenBy } from "../../session/index.js";
import type { KernelClient } from "./kernel-client.js";
import { errorOfStatus, failedStatus } from "./kernel-error.js";
import { REQUESTS } from "./requests.js";

/** The kernel's front door holds a request until there is a process: for as long as somebody waits. */
const NO_TIMEOUT_MS = Number.POSITIVE_INFINITY;

/** A lane to the process of an isolate that takes new requests. */
export interface IsolateLane {
  readonly lane: Lane;
  /** What the process runs as the isolate's module. */
  readonly module: string;
  readonly takes: Taken | undefined;
  /** Why the lane was closed, once the kernel has said so. */
  story(): unknown;
}

/**
 * Opens a lane. Which module the process runs is certain: the version was the same before and after.
 *
 * @throws IsolationError why there is no such process
 */
export async function openIsolateLane(
  client: KernelClient,
  isolate: string,
  signal: AbortSignal,
): Promise<IsolateLane> {
  for (;;) {
    const before = await summaryOf(client, isolate, signal);
    const opened = await openLane(client, isolate, signal);
    const after = await summaryOf(client, isolate, signal).catch((error: unknown) => {
      opened.lane.close();
      throw error;
    });
    if (before.version === after.version) return { ...opened, module: after.module, takes: takesOf(after) };
    opened.lane.close();
  }
}

async function openLane(
  { socket, token }: KernelClient,
  isolate: string,
  signal: AbortSignal,
): Promise<Pick<IsolateLane, "lane" | "story">> {
  let status: IncomingHttpHeaders | undefined;
  const story = (): unknown => {
    const failed = status === undefined ? undefined : failedStatus(status);
    return failed === undefined ? undefined : errorOfStatus(failed);
  };
  const onStatus = (headers: IncomingHttpHeaders): void => {
    status = headers;
  };
  const options = { metadata: { "x-pihost-isolate": isolate }, signal, onStatus };
  const lane = await connectHttp2Lane(socket, token, NO_TIMEOUT_MS, options).catch((error: unknown) => {
    throw story() ?? error;
  });
  return { lane, story };
}

async function summaryOf(client: KernelClient, isolate: string, signal: AbortSignal): Promise<IsolateSummary> {
  const { isolates } = await client.unary("List", REQUESTS.List, { withStatus: false }, { signal });
  const summary = isolates.find(({ name }) => name === isolate);
  if (summary !== undefined) return summary;
  throw new IsolationError("STOPPED", `the kernel has no isolate ${JSON.stringify(isolate)} any more`);
}

/** @throws IsolationError PROTOCOL for a process that has no Session */
function takesOf({ name, features, values }: IsolateSummary): Taken | undefined {
  const can = new Set(FEATURES.filter((feature) => features.includes(feature)));
  const message = `the process of ${name} has no Session; call it by KernelService.Invoke, or pihost call`;
  if (features.length > 0 && !can.has("session")) throw new IsolationError("PROTOCOL", message);
  if (features.length === 0) return undefined;
  const kinds = new Set(VALUE_KINDS.filter((kind) => values.includes(kind)));
  return takenBy({ features: can, values: kinds, sessionOnDescriptor: false, isUnnamed: false });
}
