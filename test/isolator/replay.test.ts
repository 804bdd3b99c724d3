import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { recordEvents } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";

const attempts = fixture("attempts.mjs");
const deaths = fixture("deaths.mjs");
const restart = { backoff: { initialMs: 1, maxMs: 1 } };

/** A file whose length is the number of times a call ran. */
function useLedger(): { path: string; count: () => number } {
  const path = join(useDirectory(), "ledger");
  writeFileSync(path, "");
  return { path, count: () => readFileSync(path, "utf8").length };
}

test("an idempotent call is run again in the next generation", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart });
  expect(await isolator.invoke(attempts, "dieFirst", [ledger.path, 1], { idempotent: true })).toBe(2);
  expect(isolator.generation).toBe(2);
});

test("a call that is not idempotent never runs twice", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart });
  const error = await isolationError(isolator.invoke(attempts, "dieFirst", [ledger.path, 1]));
  expect(error).toMatchObject({ code: "CRASHED", facts: { attempts: 1, signal: "SIGKILL" } });
  await isolator.invoke(deaths, "pid");
  expect(ledger.count()).toBe(1);
});

test("an idempotent call survives two crashes", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart });
  expect(await isolator.invoke(attempts, "dieFirst", [ledger.path, 2], { idempotent: true })).toBe(3);
});

test("a call that was running in three crashes is given up, and its neighbours go on", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart });
  const error = await isolationError(
    isolator.invoke(attempts, "dieFirst", [ledger.path, Number.MAX_SAFE_INTEGER], { idempotent: true }),
  );
  expect(error).toMatchObject({ code: "CRASHED", facts: { attempts: 3, generation: 3 } });
  expect(ledger.count()).toBe(3);
  expect(await isolator.invoke(deaths, "pid")).toBe(isolator.pid);
  expect(ledger.count()).toBe(3);
});

test("an idempotent bystander of crashes is answered", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart });
  const bystander = isolator.invoke(attempts, "hang", [ledger.path], { idempotent: true, timeoutMs: 20_000 });
  const outcome = rejection(bystander);
  await until(() => ledger.count() === 1);
  await rejection(isolator.invoke(deaths, "exit", [1]));
  await until(() => ledger.count() === 2);
  await isolator.shutdown({ graceMs: 0 });
  expect(await outcome).toMatchObject({ code: "STOPPED", facts: { attempts: 2 } });
});

test("an idempotent call is not run again when nothing follows", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart: false });
  const call = isolator.invoke(attempts, "dieFirst", [ledger.path, 1], { idempotent: true });
  expect(await isolationError(call)).toMatchObject({ code: "CRASHED", facts: { attempts: 1 } });
  expect(ledger.count()).toBe(1);
});

test("a call that is cancelled between two attempts is not run again", async () => {
  const ledger = useLedger();
  const controller = new AbortController();
  const isolator = await useIsolator({ restart });
  const events = recordEvents(isolator);
  isolator.events.once("exited", () => controller.abort());
  const call = isolator.invoke(attempts, "dieFirst", [ledger.path, 1], { idempotent: true, signal: controller.signal });
  expect(await isolationError(call)).toMatchObject({ code: "CANCELLED", facts: { attempts: 1 } });
  await isolator.invoke(deaths, "pid");
  expect(ledger.count()).toBe(1);
  expect(events.map(({ name }) => name)).toContain("restarted");
});

test("a replayed call still meets its own deadline", async () => {
  const ledger = useLedger();
  const isolator = await useIsolator({ restart });
  const call = isolator.invoke(attempts, "hang", [ledger.path], { idempotent: true, timeoutMs: 1_000 });
  await until(() => ledger.count() === 1);
  process.kill(isolator.pid, "SIGKILL");
  expect(await isolationError(call)).toMatchObject({ code: "DEADLINE_EXCEEDED", facts: { attempts: 2 } });
});
