import { fileURLToPath } from "node:url";
import type { Dashboard, DashboardOptions, Kernel, KernelManifest } from "process-isolation/kernel";
import { onTestFinished } from "vitest";
import type { ServerMessage } from "../../src/kernel/dashboard/messages.js";
import { useKernel } from "../kernel/use-kernel.js";

export type Talker = typeof import("../fixtures/dashboard/talker.mjs");

export const TALKER = fileURLToPath(new URL("../fixtures/dashboard/talker.mjs", import.meta.url));

/** Two isolates, of which the first may call the second. */
const TWO: KernelManifest = {
  name: "shown",
  isolates: {
    talker: { module: TALKER, uses: { other: ["say", "pause"] }, essential: false },
    other: { module: TALKER, essential: false },
  },
  supervision: { maxRestarts: 1_000, withinMs: 10_000 },
};

export interface Used {
  readonly kernel: Kernel;
  readonly dashboard: Dashboard;
  /** The address without what proves it: no slash at its end. */
  readonly origin: string;
  readonly token: string;
}

/** A kernel with a dashboard, which end with the test. */
export async function useDashboard(manifest = TWO, options?: DashboardOptions): Promise<Used> {
  const kernel = await useKernel(manifest, { frontDoor: true });
  return { kernel, ...open(await kernel.dashboard(options)) };
}

/** The parts of an address. */
export function open(dashboard: Dashboard): Omit<Used, "kernel"> {
  const { origin, searchParams } = new URL(dashboard.url);
  return { dashboard, origin, token: searchParams.get("token") ?? "" };
}

/** What a page is told, without a browser. */
export interface Told {
  /** The next message that is what is looked for; those before it are gone. */
  next(is: (message: ServerMessage) => boolean): Promise<ServerMessage>;
}

/** Reads the stream of a dashboard as fast as it comes, until the test is over. */
export async function listen({ origin, token }: Pick<Used, "origin" | "token">): Promise<Told> {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await fetch(`${origin}/api/stream`, { method: "POST", headers, signal: over.signal });
  const messages = read(body as ReadableStream<Uint8Array>);
  return {
    async next(is) {
      for (;;) {
        const { value, done } = await messages.next();
        if (done === true) throw new Error("the stream has ended");
        if (is(value)) return value;
      }
    },
  };
}

async function* read(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerMessage, void, undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) yield JSON.parse(part.replace(/^data: /, "")) as ServerMessage;
  }
}
