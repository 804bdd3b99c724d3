import { prometheus } from "process-isolation/prometheus";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { checkMetrics, hasPromtool, seriesValue } from "../helpers/promtool.js";
import { rejection } from "../helpers/rejection.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { useIsolate } from "../helpers/use-isolate.js";
import { type Traced, telemetryFixture } from "./use-sdk.js";

const TRACED = telemetryFixture("traced.mjs");

test("one serves several isolators, in a registry of its own", async () => {
  const telemetry = prometheus();
  const one = await useIsolate<Traced>(TRACED, { name: "one", telemetry });
  const other = await useIsolate<Traced>(TRACED, { name: "other", telemetry });
  await Promise.all([one.api.work(1), other.api.work(1), rejection(other.api.fail())]);
  const page = await telemetry.metrics();
  expect(seriesValue(page, "process_isolation_calls_total", { isolate: "one", outcome: "ok" })).toBe(1);
  expect(
    seriesValue(page, "process_isolation_calls_total", { isolate: "other", method: "fail", outcome: "error" }),
  ).toBe(1);
  expect(page).not.toContain("kernel=");
  if (!isMissing("promtool", hasPromtool)) expect(await checkMetrics(page)).toBe("");
});

test("a registry of the host, other names, no methods and other buckets", async () => {
  const registry = new Registry();
  registry.setDefaultLabels({ region: "eu" });
  const telemetry = prometheus({ registry, prefix: "app_", methods: false, buckets: [0.5, 1] });
  const { api } = await useIsolate<Traced>(TRACED, { name: "math", telemetry });
  await Promise.all([api.work(1), api.where()]);
  const page = await registry.metrics();
  expect(page).toContain('app_calls_total{isolate="math",outcome="ok",region="eu"} 2');
  expect(page.match(/^app_call_duration_seconds_bucket/gm)).toHaveLength(3);
  expect(() => prometheus({ registry, prefix: "app_" })).toThrow("already been registered");
});

test("isolators of one name are one, and what is gone is not up", async () => {
  const telemetry = prometheus();
  const first = await useIsolate<Traced>(TRACED, { name: "same", telemetry });
  const second = await useIsolate<Traced>(TRACED, { name: "same", telemetry });
  await Promise.all([first.api.work(1), second.api.work(1)]);
  let page = await telemetry.metrics();
  expect(seriesValue(page, "process_isolation_up", { isolate: "same" })).toBe(2);
  const cpu = seriesValue(page, "process_isolation_cpu_seconds_total") ?? 0;
  await first.isolator.shutdown();
  await second.isolator.shutdown();
  page = await telemetry.metrics();
  expect(seriesValue(page, "process_isolation_up", { isolate: "same" })).toBe(0);
  expect(seriesValue(page, "process_isolation_calls_total")).toBe(2);
  expect(seriesValue(page, "process_isolation_cpu_seconds_total")).toBeGreaterThanOrEqual(cpu);
});

test("options are checked", () => {
  expect(() => prometheus({ registry: {} as never })).toThrow("registry must be a Registry of prom-client");
  expect(() => prometheus({ prefixes: "x" } as never)).toThrow('did you mean "prefix"?');
});
