import { expect, test } from "vitest";
import { readLine } from "../../dashboard/src/read-line.js";
import type { LineFacts, Update } from "../../src/kernel/dashboard/messages.js";
import { listen, type Talker, useDashboard } from "./use-dashboard.js";

test("a page reads the level that kernel.logs() has of every line, also of one that it gets the beginning of", async () => {
  const used = await useDashboard();
  const told = await listen(used);
  await told.next(({ kind }) => kind === "hello");
  const { api } = used.kernel.isolate<Talker>("talker");
  const long = "x".repeat(6_000);
  await api.say(JSON.stringify({ level: 50, msg: long }));
  await api.say(JSON.stringify({ msg: long, severity: "WARNING" }));
  await api.say(`[fatal] ${long}`);
  await api.say(JSON.stringify({ level: 20, msg: "short" }));
  await api.say("last");
  const shown: LineFacts[] = [];
  await told.next((message) => {
    shown.push(...((message as Update).lines ?? []));
    return shown.at(-1)?.text === "last";
  });
  const levels: unknown[] = [];
  for await (const { level } of used.kernel.logs()) levels.push(level);
  expect(levels).toEqual(["error", "warn", "fatal", "debug", undefined]);
  expect(shown.map((line) => readLine(line).level)).toEqual(levels);
  expect(shown.map(({ cut = 0 }) => cut > 0)).toEqual([true, true, true, false, false]);
});
