import { toDuration } from "../../contract/index.js";
import { REQUESTS } from "../../kernel/connect/index.js";
import { listLiveKernels } from "../../kernel/live-kernels.js";
import { waitForExit } from "../../platform/index.js";
import { CommandFailure } from "../command-failure.js";
import { EXIT } from "../exit-codes.js";
import { chooseKernel, type KernelChoice, withKernel } from "./choose-kernel.js";

/** How long the process of `pihost up -d` may take to end, once its kernel has, in milliseconds. */
const EXIT_MS = 5_000;

/** Resolves, with a line about it, when the kernel has stopped. */
export async function stopKernel(choice: KernelChoice, reason: string, graceMs: number | undefined): Promise<string> {
  const { socket } = chooseKernel(choice);
  const record = listLiveKernels().find((one) => one.socket === socket);
  const name = await withKernel({ kernel: socket }, async (client) => {
    const watching = await client.stream("Watch", REQUESTS.Watch, { isolates: [], tail: 0 });
    const { kernel } = await client.unary("List", REQUESTS.List, { withStatus: false });
    const grace = graceMs === undefined ? undefined : toDuration(graceMs);
    await client.unary("Shutdown", REQUESTS.Shutdown, { reason, grace });
    try {
      // Its end is the end of its events.
      for await (const { event } of watching) if (event?.type === "kernel.stopped") break;
    } catch {
      // Or it is gone already.
    }
    return kernel;
  });
  const isDetached = record?.log !== undefined;
  if (isDetached && (await waitForExit([record.pid], EXIT_MS)).length > 0)
    throw new CommandFailure(EXIT.failed, `${name} has stopped, but its process (pid ${record.pid}) still runs`);
  return `${name} has stopped`;
}
