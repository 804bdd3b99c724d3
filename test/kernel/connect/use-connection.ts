import { type ConnectedKernel, type IsolateEvent, Kernel } from "process-isolation/kernel";
import { onTestFinished } from "vitest";
import { kernelFixture, useKernel } from "../use-kernel.js";

export type Store = typeof import("../../fixtures/kernel/store.mjs");

/** A kernel with a store and somebody who uses it, and a connection to it as another program has it. */
export async function useConnection(name = "connected"): Promise<{ kernel: Kernel; connected: ConnectedKernel }> {
  const kernel = await useKernel(
    {
      name,
      isolates: {
        store: { module: kernelFixture("store.mjs") },
        caller: { module: kernelFixture("caller.mjs"), uses: { store: "*" } },
      },
    },
    { frontDoor: true },
  );
  return { kernel, connected: await connectTo(kernel) };
}

/** Another connection; it is closed with the test. */
export async function connectTo(kernel: Kernel): Promise<ConnectedKernel> {
  const { token } = kernel.tokens.create({ scopes: ["operate"] });
  const connected = await Kernel.connect(kernel.socket as string, { token });
  onTestFinished(() => connected.close());
  return connected;
}

/** The next event of an isolate with this type, as the connection tells it. */
export function eventOf(
  connected: ConnectedKernel,
  isolate: string,
  type: IsolateEvent["type"],
): Promise<IsolateEvent> {
  return new Promise((resolve) => {
    connected.events.on("isolate", (event) => {
      if (event.isolate === isolate && event.type === type) resolve(event);
    });
  });
}
