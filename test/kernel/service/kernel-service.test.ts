import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { IsolateState } from "../../../src/contract/gen/pihost/v1/kernel.js";
import { rejection } from "../../helpers/rejection.js";
import { ask, connectAs, detailsOf, STORE, useService } from "./use-service.js";

test("List tells of the kernel and of each isolate, with what its process says where that is wanted", async () => {
  const { kernel, client, metadata } = await useService();
  const plain = await ask({ client, metadata }, "list", { withStatus: false });
  expect(plain).toMatchObject({ kernel: "served", pid: process.pid, file: "" });
  const startedAt = (plain.startedAt?.seconds ?? 0) * 1_000;
  expect(Math.abs(Date.now() - startedAt)).toBeLessThan(60_000);
  const own = kernel.list();
  expect(
    plain.isolates.map(({ name, pid, generation, version, essential }) => ({
      name,
      pid,
      generation,
      version,
      essential,
    })),
  ).toEqual(
    own.map(({ name, pid, generation, version, essential }) => ({ name, pid, generation, version, essential })),
  );
  expect(plain.isolates.find(({ name }) => name === "caller")).toMatchObject({
    state: IsolateState.READY,
    uses: ["store"],
    status: undefined,
    features: expect.arrayContaining(["session"]),
  });
  const { isolates } = await ask({ client, metadata }, "list", { withStatus: true });
  for (const { pid, status: said } of isolates) {
    expect(said).toMatchObject({ pid, callsInFlight: 0 });
    expect(said?.rssBytes).toBeGreaterThan(1e6);
  }
});

test("every method refuses an isolate that there is not, with the closest name and a RemoteError", async () => {
  const { client, metadata } = await useService();
  const isolate = "stor";
  const refusals = [
    rejection(ask({ client, metadata }, "start", { isolate })),
    rejection(ask({ client, metadata }, "stop", { isolate, reason: "" })),
    rejection(ask({ client, metadata }, "restart", { isolate })),
    rejection(ask({ client, metadata }, "replace", { isolate, module: STORE })),
    rejection(ask({ client, metadata }, "invoke", { isolate, method: "pid", args: [], idempotent: false })),
    streamError(client.watch({ isolates: [isolate], tail: 0 }, metadata)),
    streamError(client.logs({ isolates: [isolate], tail: undefined, follow: true, structured: false }, metadata)),
  ];
  for (const error of await Promise.all(refusals)) {
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: expect.stringContaining('did you mean "store"?') });
    expect(detailsOf(error)?.frameworkCode).toBe("INVALID_OPTION");
  }
});

test("Stop, Start and Restart answer with the isolate as it is then", async () => {
  const { client, metadata } = await useService();
  const isolate = "store";
  const stopped = await ask({ client, metadata }, "stop", { isolate, reason: "maintenance" });
  expect(stopped.isolate).toMatchObject({ name: "store", state: IsolateState.STOPPED, pid: 0 });
  const started = await ask({ client, metadata }, "start", { isolate });
  expect(started.isolate).toMatchObject({ state: IsolateState.READY });
  const again = await ask({ client, metadata }, "start", { isolate });
  expect(again.isolate?.pid).toBe(started.isolate?.pid);
  const restarted = await ask({ client, metadata }, "restart", { isolate });
  expect(restarted.isolate?.pid).not.toBe(started.isolate?.pid);
  expect(restarted.isolate).toMatchObject({ state: IsolateState.READY, version: 1 });
});

test("Replace takes another module; one that cannot be started leaves the present one, and the status says why", async () => {
  const { kernel, client, metadata } = await useService();
  const isolate = "store";
  const replaced = await ask({ client, metadata }, "replace", { isolate, module: STORE });
  expect(replaced.isolate).toMatchObject({ version: 2, state: IsolateState.READY });
  const replace = (module: string): Promise<unknown> =>
    rejection(ask({ client, metadata }, "replace", { isolate, module }));
  const missing = await replace("./nowhere.mjs");
  expect(missing).toMatchObject({ code: status.NOT_FOUND, details: expect.stringContaining("nowhere.mjs") });
  expect(detailsOf(missing)?.frameworkCode).toBe("MODULE_NOT_FOUND");
  expect(await replace("")).toMatchObject({ code: status.INVALID_ARGUMENT });
  expect(kernel.list().find(({ name }) => name === isolate)).toMatchObject({ version: 2, state: "ready" });
});

test("Invoke calls with JSON; what the module throws is UNKNOWN, with the error in the details", async () => {
  const { client, metadata } = await useService();
  const invoke = (method: string, args: unknown[], deadline?: number): Promise<{ result: unknown }> => {
    const request = { isolate: "store", method, args, idempotent: false };
    return ask({ client, metadata }, "invoke", request, deadline === undefined ? {} : { deadline });
  };
  expect((await invoke("echo", [{ a: [1, null, "x"] }])).result).toEqual({ a: [1, null, "x"] });
  expect((await invoke("get", ["nothing"])).result).toBeNull();
  const failure = await rejection(invoke("fail", []));
  expect(failure).toMatchObject({ code: status.UNKNOWN, details: "out of stock" });
  expect(detailsOf(failure)).toMatchObject({ name: "RangeError", frameworkCode: "", fields: { sku: "a-1" } });
  expect(await rejection(invoke("cursor", []))).toMatchObject({ code: status.INVALID_ARGUMENT });
  expect(await rejection(invoke("nothing", []))).toMatchObject({ code: status.NOT_FOUND });
  expect(await rejection(invoke("untilCancelled", [], Date.now() + 100))).toMatchObject({
    code: status.DEADLINE_EXCEEDED,
  });
  const crashed = await rejection(invoke("die", []));
  expect(crashed).toMatchObject({ code: status.UNAVAILABLE });
  expect(detailsOf(crashed)?.frameworkCode).toBe("CRASHED");
});

test("an invocation that its client gives up is cancelled in the isolate", async () => {
  const { kernel, client, metadata } = await useService();
  const { api } = kernel.isolate<typeof import("../../fixtures/kernel/store.mjs")>("store");
  const request = { isolate: "store", method: "untilCancelled", args: [], idempotent: false };
  const call = client.invoke(request, metadata, () => {});
  while ((await api.seen()) !== "waiting");
  call.cancel();
  while ((await api.seen()) === "waiting");
  expect(await api.seen()).toBe("CANCELLED");
});

test("Graph tells who waits for whom and who may call whom, as data, text, Mermaid and SVG", async () => {
  const { client, metadata } = await useService();
  const graph = await ask({ client, metadata }, "graph", {});
  expect(graph.isolates.find(({ name }) => name === "caller")).toEqual({
    name: "caller",
    dependencies: ["store"],
    uses: [{ target: "store", exports: ["add"], allExports: false, lazy: false, handOn: false }],
  });
  expect(graph.text).toContain("store [add]");
  expect(graph.mermaid).toMatch(/^flowchart/);
  expect(graph.svg).toMatch(/^<svg/);
});

test("Shutdown answers, and the kernel ends", async () => {
  const { kernel, client, metadata } = await useService();
  await ask({ client, metadata }, "shutdown", { reason: "enough", grace: { seconds: 0, nanos: 2e8 } });
  expect(await kernel.waitForExit()).toEqual({ kind: "requested", reason: "enough" });
});

test("tokens are made, listed without what proves them, and revoked", async () => {
  const { kernel, client, metadata } = await useService();
  const request = { scopes: ["call:store"], expiresIn: { seconds: 60, nanos: 0 }, note: "for a test" };
  const { id, token } = await ask({ client, metadata }, "createToken", request);
  const { tokens } = await ask({ client, metadata }, "listTokens", {});
  expect(JSON.stringify(tokens)).not.toContain(token);
  const own = tokens.find((one) => one.id === id);
  expect(own).toMatchObject({ scopes: ["call:store"], note: "for a test" });
  expect((own?.expiresAt?.seconds ?? 0) - (own?.createdAt?.seconds ?? 0)).toBe(60);
  const narrow = connectAs(kernel, token);
  expect(await rejection(ask(narrow, "listTokens", {}))).toMatchObject({
    code: status.PERMISSION_DENIED,
  });
  await ask({ client, metadata }, "revokeToken", { id });
  expect(await rejection(ask({ client, metadata }, "revokeToken", { id }))).toMatchObject({
    code: status.NOT_FOUND,
  });
  expect(await rejection(ask(narrow, "listTokens", {}))).toMatchObject({
    code: status.UNAUTHENTICATED,
  });
  const bad = { scopes: ["everything"], expiresIn: undefined, note: "" };
  expect(await rejection(ask({ client, metadata }, "createToken", bad))).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining("operate"),
  });
});

/** How a stream ends that is refused. */
function streamError(stream: {
  on(name: "error", listener: (error: Error) => void): unknown;
  resume(): unknown;
}): Promise<unknown> {
  return new Promise((resolve) => {
    stream.on("error", resolve);
    stream.resume();
  });
}
