import type { KernelLogRecord } from "process-isolation/kernel";
import { expect, test } from "vitest";
import { rejection } from "../../helpers/rejection.js";
import { kernelFixture, useKernel } from "../use-kernel.js";

interface Logger {
  sayByPino(): void;
  say(line: string): void;
  complain(line: string): void;
}

const MANIFEST = {
  name: "logged",
  isolates: { app: { module: kernelFixture("logger.mjs") }, other: { module: kernelFixture("logger.mjs") } },
};

test("what a logger writes arrives with its level, message and fields", async () => {
  const kernel = await useKernel(MANIFEST);
  const logs = kernel.logs({ isolates: ["app"], follow: true });
  const first = logs.next();
  const { api, isolator } = kernel.isolate<Logger>("app");
  await kernel.isolate<Logger>("other").api.say("of another");
  await api.sayByPino();
  expect((await first).value).toMatchObject({
    isolate: "app",
    generation: 1,
    pid: isolator.pid,
    stream: "stdout",
    level: "warn",
    message: "low on stock",
    fields: { request: "r-1", user: { id: 7 } },
    partial: false,
  });
  expect((await logs.next()).value).toMatchObject({
    level: "fatal",
    message: "broken",
    fields: { err: { type: "RangeError" } },
  });
  await api.complain("[error] by hand");
  expect((await logs.next()).value).toMatchObject({ stream: "stderr", level: "error", message: "[error] by hand" });
  await kernel.shutdown();
  expect(await logs.next()).toEqual({ done: true, value: undefined });
});

test("the last lines come first, and a signal ends it", async () => {
  const kernel = await useKernel(MANIFEST, { frontDoor: true });
  const { api } = kernel.isolate<Logger>("app");
  const seen = kernel.logs({ follow: true });
  for (const line of ["one", "two", "three"]) await api.say(line);
  for (let count = 0; count < 3; count += 1) await seen.next();
  await seen.return();
  const tail: KernelLogRecord[] = [];
  for await (const line of kernel.logs({ tail: 2 })) tail.push(line);
  expect(tail.map(({ message }) => message)).toEqual(["two", "three"]);

  const stopping = new AbortController();
  const following = kernel.logs({ follow: true, tail: 0, signal: stopping.signal });
  const next = following.next();
  stopping.abort();
  expect((await next).done).toBe(true);
});

test("a name that there is not is refused", async () => {
  const kernel = await useKernel(MANIFEST);
  const ask = async (options: object): Promise<void> => {
    for await (const _ of kernel.logs(options));
  };
  expect(((await rejection(ask({ isolates: ["ap"] }))) as Error).message).toContain(
    'no isolate "ap"; did you mean "app"',
  );
  expect(((await rejection(ask({ taill: 1 }))) as Error).message).toContain('did you mean "tail"');
});
