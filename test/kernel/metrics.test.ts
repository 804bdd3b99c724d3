import { request } from "node:http";
import { text } from "node:stream/consumers";
import { IsolationError } from "process-isolation";
import { Kernel, type KernelOptions } from "process-isolation/kernel";
import { describe, expect, test } from "vitest";
import { checkMetrics, hasPromtool, seriesValue } from "../helpers/promtool.js";
import { rejection } from "../helpers/rejection.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

const MANIFEST = {
  name: "shop",
  isolates: {
    store: { module: kernelFixture("store.mjs") },
    caller: { module: kernelFixture("caller.mjs"), uses: { store: "*" as const } },
  },
};

interface Store {
  echo(value: unknown): unknown;
  [name: string]: (...args: never[]) => unknown;
}

function useShop(options: KernelOptions = {}) {
  return useKernel(MANIFEST, options);
}

describe("kernel.metrics()", () => {
  test("counts calls by isolate, method and outcome, from its first reading on", async () => {
    const kernel = await useShop();
    const store = kernel.isolate<Store>("store").api;
    await store.echo(1);
    await kernel.metrics();
    await Promise.all([store.echo(1), store.echo(2)]);
    await rejection((store as unknown as { absent(): Promise<void> }).absent());
    const page = await kernel.metrics();
    const of = { kernel: "shop", isolate: "store" };
    expect(seriesValue(page, "process_isolation_calls_total", { ...of, method: "echo", outcome: "ok" })).toBe(2);
    expect(
      seriesValue(page, "process_isolation_calls_total", { ...of, method: "_OTHER", outcome: "METHOD_NOT_FOUND" }),
    ).toBe(1);
    expect(page).not.toContain("absent");
    expect(seriesValue(page, "process_isolation_call_duration_seconds_count", of)).toBe(3);
    expect(seriesValue(page, "process_isolation_call_duration_seconds_bucket", { ...of, le: "+Inf" })).toBe(3);
    expect(seriesValue(page, "process_isolation_up", of)).toBe(1);
    expect(seriesValue(page, "process_isolation_up", { ...of, isolate: "caller" })).toBe(1);
    expect(seriesValue(page, "process_isolation_generation", of)).toBe(1);
    expect(seriesValue(page, "process_isolation_resident_memory_bytes", of)).toBeGreaterThan(1024 * 1024);
    expect(seriesValue(page, "process_isolation_cpu_seconds_total", of)).toBeGreaterThan(0);
    expect(seriesValue(page, "process_isolation_queue_length", of)).toBe(0);
  });

  test("tells why processes ended and were replaced", async () => {
    const kernel = await useShop({ metrics: true });
    const { isolator } = kernel.isolate("store");
    const restarted = nextOf(kernel, "store", "restarted");
    process.kill(isolator.pid, "SIGKILL");
    await restarted;
    await kernel.restart("store");
    await kernel.stop("caller");
    const page = await kernel.metrics();
    const of = { kernel: "shop", isolate: "store" };
    expect(seriesValue(page, "process_isolation_deaths_total", { ...of, reason: "signal" })).toBe(1);
    expect(seriesValue(page, "process_isolation_restarts_total", { ...of, reason: "signal" })).toBe(1);
    expect(seriesValue(page, "process_isolation_restarts_total", { ...of, reason: "recycle" })).toBe(1);
    expect(seriesValue(page, "process_isolation_generation", of)).toBe(3);
    expect(seriesValue(page, "process_isolation_up", { isolate: "caller" })).toBe(0);
    expect(seriesValue(page, "process_isolation_deaths_total", { isolate: "caller", reason: "requested" })).toBe(1);
  });

  test("goes on with what it has counted when an isolate is stopped and started again", async () => {
    const kernel = await useShop({ metrics: true });
    const store = kernel.isolate<Store>("store").api;
    await store.echo(1);
    await kernel.stop("store");
    await kernel.start("store");
    await store.echo(1);
    const page = await kernel.metrics();
    expect(seriesValue(page, "process_isolation_calls_total", { isolate: "store", method: "echo" })).toBe(2);
    expect(page.match(/^process_isolation_up\{/gm)).toHaveLength(2);
  });

  test("is what promtool takes for good", async () => {
    if (isMissing("promtool", hasPromtool)) return;
    const kernel = await useShop({ metrics: true });
    await kernel.isolate<Store>("store").api.echo("x");
    await rejection((kernel.isolate<Store>("store").api as unknown as { absent(): Promise<void> }).absent());
    await kernel.restart("store");
    expect(await checkMetrics(await kernel.metrics())).toBe("");
  });

  test("has each kernel's own numbers alone", async () => {
    const one = await useShop({ metrics: true });
    const other = await useKernel({ ...MANIFEST, name: "other" }, { metrics: true });
    await one.isolate<Store>("store").api.echo(1);
    expect(await other.metrics()).not.toContain("shop");
    expect(seriesValue(await other.metrics(), "process_isolation_calls_total")).toBeUndefined();
  });

  test("keeps no more than 50 methods of an isolate apart", async () => {
    const kernel = await useKernel({
      name: "many",
      isolates: { many: { module: kernelFixture("many-exports.mjs") } },
    });
    await kernel.metrics();
    const { api } = kernel.isolate<{ default: Record<string, () => number> }>("many");
    for (let index = 0; index < 60; index += 1) await api.default[`method${index}`]?.();
    const page = await kernel.metrics();
    expect(page.match(/^process_isolation_calls_total\{/gm)).toHaveLength(51);
    expect(seriesValue(page, "process_isolation_calls_total", { method: "_OTHER" })).toBe(10);
  });
});

describe("GET /metrics", () => {
  interface Answer {
    readonly status: number | undefined;
    readonly type: string | undefined;
    readonly body: string;
  }

  function get(port: number, options: { path?: string; method?: string; headers?: object } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { path = "/metrics", method = "GET", headers = {} } = options;
      const sent = request(
        { host: "127.0.0.1", port, path, method, agent: false, headers: { ...headers } },
        async (response) => {
          const body = await text(response);
          resolve({ status: response.statusCode, type: response.headers["content-type"], body });
        },
      );
      sent.once("error", reject).end();
    });
  }

  test("is served on the loopback interface", async () => {
    const kernel = await useShop({ metrics: { port: 0 } });
    const { host, port } = kernel.metricsAddress ?? { host: "", port: 0 };
    expect(host).toBe("127.0.0.1");
    const { status, type, body } = await get(port);
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(seriesValue(body, "process_isolation_up", { isolate: "store" })).toBe(1);
    expect(await get(port, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    expect(await get(port, { path: "/other" })).toMatchObject({ status: 404 });
    expect(await get(port, { method: "POST" })).toMatchObject({ status: 405 });
    // A page of the web whose name leads here.
    expect(await get(port, { headers: { host: `evil.example:${port}` } })).toMatchObject({ status: 421 });
    await kernel.shutdown();
    await expect(get(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("wants the token where there is one, and beyond the loopback interface there is", async () => {
    const token = "0123456789abcdef";
    const kernel = await useShop({ metrics: { port: 0, host: "0.0.0.0", token } });
    const { port } = kernel.metricsAddress ?? { port: 0 };
    expect(await get(port)).toMatchObject({ status: 401 });
    expect(await get(port, { headers: { authorization: "Bearer wrong" } })).toMatchObject({ status: 401 });
    expect(await get(port, { headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 200 });
    await expect(Kernel.start(MANIFEST, { metrics: { port: 0, host: "0.0.0.0" } })).rejects.toThrow("metrics.token");
  });

  test("an address that is taken keeps the kernel from starting", async () => {
    const kernel = await useShop({ metrics: { port: 0 } });
    const { port } = kernel.metricsAddress ?? { port: 0 };
    const error = await rejection(Kernel.start(MANIFEST, { metrics: { port } }));
    expect(IsolationError.is(error, "INVALID_OPTION")).toBe(true);
    expect((error as Error).message).toContain("EADDRINUSE");
  });

  test.each([
    [{ port: 70_000 }, "metrics.port must be a whole number from 0 to 65535"],
    [{ host: "0.0.0.0" }, "metrics.port must be given"],
    [{ port: 1, host: "example.com" }, 'metrics.host must be "localhost" or an IP address'],
    [{ port: 1, token: "short" }, "metrics.token must be 16 to 512"],
    [{ buckets: [1, 1] }, "buckets must be a rising list"],
    [{ prefix: "1" }, "prefix must be letters"],
    [{ porT: 1 }, 'did you mean "port"?'],
  ])("%j is refused", async (metrics, message) => {
    await expect(Kernel.start(MANIFEST, { metrics: metrics as object })).rejects.toThrow(message);
  });
});
