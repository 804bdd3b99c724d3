import { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolate } from "../helpers/use-isolate.js";
import { useLane } from "../helpers/use-isolator.js";

type Plugin = typeof import("../fixtures/isolator/plugin.mjs");

// Everything that calls do by way of the descriptor, they do by way of the socket.
useLane("socket");
for (const file of ["./invoke", "./calls", "./replay", "./data-and-status"]) {
  await describe(`on the socket, ${file}`, () => import(`${file}.test.ts`));
}

test("a plug-in has all that it has on the descriptor", async () => {
  const { api, isolator } = await useIsolate<Plugin>(fixture("plugin.mjs"), {
    lane: "socket",
    standby: 1,
    onGeneration: (own) => own.activate(),
  });
  await api.store("kept", [1n]);
  await api.crash().catch(() => {});
  expect(await api.work(1)).toBe(1);
  expect(await isolator.getData("kept")).toEqual([1n]);
  await isolator.recycle();
  expect(await api.read("kept")).toEqual([1n]);
  const items: number[] = [];
  for await (const { n } of api.count(3)) items.push(n);
  expect(items).toEqual([1, 2, 3]);
  const large = Buffer.alloc(3_000_000, 7);
  await api.store("large", large);
  expect(large.equals((await isolator.getData("large")) as Buffer)).toBe(true);
  await api.crash().catch(() => {});
  expect(large.equals((await api.read("large")) as Buffer)).toBe(true);
});

test("a lane that there is none is refused", async () => {
  const error = await isolationError(ProcessIsolator.create({ lane: "pipe" as never }));
  expect(error.message).toContain('lane must be one of "descriptor", "socket"');
});

test.skipIf(process.getuid?.() !== 0)("a process of another user has no socket to speak by", async () => {
  const error = await isolationError(ProcessIsolator.create({ lane: "socket", uid: 65_534, gid: 65_534 }));
  expect(error).toMatchObject({ code: "INVALID_OPTION" });
  expect(error.message).toContain("lane");
});
