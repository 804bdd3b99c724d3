import { afterAll, beforeAll, describe } from "vitest";
import { openSession } from "../../src/channel/index.js";
import type { IsolationError } from "../../src/errors/index.js";
import type { CallTarget, ProcessSession } from "../../src/session/index.js";
import { liveRecordOf } from "../helpers/contract-client.js";
import { useSharedIsolator, whereIsolated } from "../helpers/use-isolator.js";

/** Calls an export of a module in another process. */
export type Call = (method: string, ...args: readonly unknown[]) => Promise<unknown>;

/**
 * Declares the same tests for both ways into a process: the descriptor that it inherits, as the SDK uses it, with shared
 * memory; and the gRPC stream on its socket, without.
 *
 * @param module what the tests call
 */
export function describeLanes(module: string, declare: (call: Call) => void): void {
  describe("on the SDK's own descriptor", () => {
    const isolator = useSharedIsolator();
    declare((method, ...args) => isolator().invoke(module, method, args));
  });

  whereIsolated(() => describe("on the gRPC stream", () => declareOnSocket(module, declare)));
}

function declareOnSocket(module: string, declare: (call: Call) => void): void {
  const name = `lane-${process.pid}`;
  useSharedIsolator({ name, discoverable: true });
  let session: ProcessSession;
  const targets = new Map<string, CallTarget>();
  const losses = new Set<(error: unknown) => void>();
  beforeAll(async () => {
    const { address, token } = await liveRecordOf(name);
    const handler = {
      resolve: () => {
        throw new Error("the process calls nothing here");
      },
      run: (callee: unknown, args: readonly unknown[]) => (callee as (...args: readonly unknown[]) => unknown)(...args),
    };
    const onLost = (error: IsolationError | undefined): void => {
      session.close(error ?? new Error("the stream was closed"));
      for (const lose of losses) lose(error);
    };
    const connection = { descriptor: undefined, address, token, timeoutMs: 10_000, speaksSession: true };
    session = await openSession(connection, { handler, onLost });
  });
  afterAll(() => session.close(new Error("the tests are over")));
  declare((method, ...args) => {
    const target = targets.get(method) ?? { kind: "module", module, method };
    targets.set(method, target);
    return new Promise((resolve, reject) => {
      losses.add(reject);
      session.call(target, args, { resolve, reject });
    });
  });
}
