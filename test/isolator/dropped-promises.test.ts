import { expect, test } from "vitest";
import { ask, bearerOf, liveRecordOf, useClient } from "../helpers/contract-client.js";
import { fixture } from "../helpers/fixture.js";
import { runHarness } from "../helpers/run-harness.js";
import { useIsolator } from "../helpers/use-isolator.js";

test("no promise that somebody drops ends the host or the isolate", async () => {
  const { code, output } = await runHarness(process.execPath, [fixture("dropping-host.mjs")]);
  expect(code, output).toBe(0);
  const found = JSON.parse(output) as Record<string, { isolate: string[]; host: string[] }>;
  expect(Object.keys(found).length).toBe(16);
  for (const [way, unhandled] of Object.entries(found)) expect(unhandled, way).toEqual({ isolate: [], host: [] });
});

test("a callback that nobody awaits does not end an isolate, also after its call", async () => {
  const isolator = await useIsolator();
  await isolator.invoke(fixture("reports-late.mjs"), "reportLate", [() => {}]);
  expect(await isolator.invoke(fixture("reports-late.mjs"), "pause")).toBe(isolator.pid);
  expect(isolator.generation).toBe(1);
});

test("a call of a missing module or export while the process drains ends nothing", async () => {
  const name = `drains-${process.pid}`;
  const isolator = await useIsolator({ name, discoverable: true });
  const { token, address } = await liveRecordOf(name);
  const running = isolator.invoke(fixture("reports-late.mjs"), "untilAsked");
  await isolator.invoke(fixture("reports-late.mjs"), "pause");
  const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
  await ask(client, "shutdown", { reason: "a test", grace: { seconds: 5 } }, bearerOf(token));
  const missing = fixture("missing.mjs");
  await expect(isolator.invoke(missing, "any")).rejects.toMatchObject({
    code: expect.stringMatching(/STOPPED|NOT_FOUND/),
  });
  await expect(isolator.invoke(fixture("reports-late.mjs"), "missing")).rejects.toMatchObject({ code: "STOPPED" });
  await expect(ask(client, "invoke", { module: missing, method: "any" }, bearerOf(token))).rejects.toThrow("shutting");
  process.kill(isolator.pid, "SIGUSR2");
  expect(await running).toBe("in the end");
});

test("what a call returns is asked for its value once, whatever kind of thenable it is", async () => {
  const isolator = await useIsolator();
  expect(await isolator.invoke(fixture("reports-late.mjs"), "query")).toBe(1);
  // Now that the module is loaded, the function is called without a detour.
  expect(await isolator.invoke(fixture("reports-late.mjs"), "query")).toBe(2);
});
