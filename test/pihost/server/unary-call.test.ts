import { join } from "node:path";
import type { Client, Metadata } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { ask, bearerOf, liveRecordOf, useClient } from "../../helpers/contract-client.js";
import { useIsolator } from "../../helpers/use-isolator.js";

const MODULE = join(import.meta.dirname, "fixtures/unary-call.mjs");
const MINUTE_MS = 60_000;

type Invoke = (
  request: object,
  metadata: Metadata,
  options: { deadline?: number },
  done: (error: Error | null, response?: { result: unknown }) => void,
) => { cancel(): void };

async function useInvoke() {
  const isolator = await useIsolator({ name: "unary", discoverable: true });
  const { address, token } = await liveRecordOf("unary");
  const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
  const invoke = (client as Client & { invoke: Invoke }).invoke.bind(client);
  return { isolator, client, invoke, metadata: bearerOf(token) };
}

test("currentCall() in a call by Invoke knows its number, its attempt and the client's deadline", async () => {
  const { client, invoke, metadata } = await useInvoke();
  const request = { module: MODULE, method: "describeCall" };
  const fields = (response: object): Record<string, { numberValue?: number }> =>
    (response as { result: { structValue: { fields: Record<string, { numberValue?: number }> } } }).result.structValue
      .fields;
  const first = fields(await ask(client, "invoke", request, metadata));
  expect(first.attempt?.numberValue).toBe(1);
  expect(first.deadline?.numberValue).toBeUndefined();
  const deadline = Date.now() + MINUTE_MS;
  const second = fields(
    await new Promise((resolve, reject) => {
      invoke(request, metadata, { deadline }, (error, response) =>
        error ? reject(error) : resolve(response as object),
      );
    }),
  );
  expect(second.id?.numberValue).toBe((first.id?.numberValue as number) + 1);
  expect(Math.abs((second.deadline?.numberValue as number) - deadline)).toBeLessThan(MINUTE_MS / 2);
});

test("the signal of a call by Invoke is aborted when its client gives up", async () => {
  const { isolator, invoke, metadata } = await useInvoke();
  const call = invoke({ module: MODULE, method: "waitForAbort" }, metadata, {}, () => {});
  await isolator.invoke(MODULE, "hasBegun");
  call.cancel();
  expect(await isolator.invoke(MODULE, "abortedWith")).toBe("CANCELLED");
});
