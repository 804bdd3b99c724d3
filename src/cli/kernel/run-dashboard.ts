import { keepAlive } from "../../isolator/index.js";
import { type KernelClient, REQUESTS } from "../../kernel/connect/index.js";
import { openDashboard } from "../../kernel/dashboard/index.js";
import { EXIT } from "../exit-codes.js";
import { jsonLine, note, print } from "../output.js";
import { withKernel } from "./choose-kernel.js";
import type { DashboardCommandOptions } from "./dashboard.js";
import { untilInterrupted } from "./until-interrupted.js";

/** Serves a dashboard until somebody presses Ctrl+C, or the kernel has ended. */
export async function runDashboard(options: DashboardCommandOptions): Promise<number> {
  const { host, port, json } = options;
  await withKernel(options, (client) =>
    untilInterrupted(async (signal) => {
      // Who may not operate the kernel is told so now, and not by an empty page.
      const events = await client.stream("Watch", REQUESTS.Watch, { isolates: [], tail: 0 }, { signal });
      const { kernel } = await client.unary("List", REQUESTS.List, { withStatus: false });
      const dashboard = await openDashboard(client, { host, port });
      try {
        print(json ? jsonLine({ kernel, url: dashboard.url }) : dashboard.url);
        await keepAlive.during(untilEnded(client, events, signal));
        if (signal.aborted) return;
        note(`pihost: ${kernel} has ended`);
        await dashboard.drain();
      } finally {
        await dashboard.close();
      }
    }),
  );
  return EXIT.done;
}

/** Resolves when the kernel has ended or cannot be reached any more, or the signal is aborted. */
async function untilEnded(client: KernelClient, first: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
  for (let events: AsyncIterable<unknown> | undefined = first; events !== undefined; ) {
    try {
      for await (const _ of events);
      return;
    } catch {
      // This process was too slow, or the connection broke.
      const request = { isolates: [], tail: 0 };
      events = await client.stream("Watch", REQUESTS.Watch, request, { signal }).catch(() => undefined);
    }
  }
}
