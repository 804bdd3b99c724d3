import { statSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { FairLines, LINE_CHARACTERS, linesOfEach } from "../../src/kernel/dashboard/fair-lines.js";
import type { LineFacts, Update } from "../../src/kernel/dashboard/messages.js";
import { Outbox } from "../../src/kernel/dashboard/outbox.js";
import { listen, TALKER, type Talker, useDashboard } from "./use-dashboard.js";

const lineOf = (isolate: string, text = "a line"): LineFacts => ({
  isolate,
  text,
  time: 0,
  generation: 1,
  pid: 1,
  stream: "stdout",
});

describe("lines that wait for a page", () => {
  test("of one that writes without end drive out none of a quiet one, and are counted", () => {
    const lines = new FairLines(50);
    lines.push(lineOf("quiet"));
    for (let line = 0; line < 100_000; line += 1) lines.push(lineOf("loud", String(line)));
    const taken = lines.take();
    const loud = taken.lines.filter(({ isolate }) => isolate === "loud");
    expect(taken.lines[0]).toEqual(lineOf("quiet"));
    expect(loud.at(-1)?.text).toBe("99999");
    expect(loud.length).toBe(linesOfEach(50));
    expect(taken.dropped).toEqual({ loud: 100_000 - loud.length });
    expect(lines.isEmpty).toBe(true);
    expect(lines.take()).toEqual({ lines: [], dropped: {} });
  });

  test("are bounded by their text, too, and the last one stays", () => {
    const lines = new FairLines(200);
    for (let line = 0; line < 1_000; line += 1) lines.push(lineOf("loud", "x".repeat(LINE_CHARACTERS)));
    expect(lines.take().lines.length).toBeLessThan(4);
  });

  test("keep the order in which they were written, among all isolates", () => {
    const lines = new FairLines(3);
    for (const name of ["a", "b", "a", "c", "b"]) lines.push(lineOf(name));
    expect(lines.take().lines.map(({ isolate }) => isolate)).toEqual(["a", "b", "a", "c", "b"]);
  });
});

test("events and readings that wait for a page are bounded: the newest stay", () => {
  const outbox = new Outbox(1);
  for (let event = 0; event < 10_000; event += 1) {
    outbox.event({ time: event, type: "started", isolate: "a", generation: 1, pid: 1, text: "" });
    outbox.readings([], event === 0);
  }
  const { events, isPoint } = outbox.take();
  expect(events?.length).toBe(500);
  expect(events?.at(-1)?.time).toBe(9_999);
  // The point that was due is not lost to a later look at the states.
  expect(isPoint).toBe(true);
});

describe("under a flood of lines", () => {
  test("a page gets at most ten messages a second, and the newest lines of each isolate", async () => {
    const names = ["one", "two", "three", "four"];
    const isolates = Object.fromEntries(names.map((name) => [name, { module: TALKER, essential: false }]));
    const used = await useDashboard({ isolates });
    const told = await listen(used);
    await told.next(({ kind }) => kind === "hello");
    const began = performance.now();
    const seen = new Map<string, number>();
    let messages = 0;
    let dropped = 0;
    await Promise.all(names.map((name) => used.kernel.isolate<Talker>(name).api.flood(5_000, 20_000)));
    await told.next((message) => {
      messages += 1;
      const { lines = [], dropped: lost = {} } = message as Update;
      for (const count of Object.values(lost)) dropped += count;
      for (const { isolate, text } of lines) seen.set(isolate, Number(text.slice("line ".length)));
      return names.every((name) => seen.get(name) === 5_000);
    });
    const seconds = (performance.now() - began) / 1_000;
    expect(messages).toBeLessThanOrEqual(seconds * 10 + 2);
    expect(dropped).toBeGreaterThan(0);
  });

  test("a page that does not read costs a bounded amount, and misses nothing of the kernel's life once it does", async () => {
    const { kernel, origin, token } = await useDashboard();
    const { port } = new URL(origin);
    const socket = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.pause();
    socket.write(
      `POST /api/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
    );
    const { api } = kernel.isolate<Talker>("talker");
    const before = process.memoryUsage();
    for (let part = 0; part < 20; part += 1) await api.say("x".repeat(1_000_000));
    await api.flood(20_000, 100_000);
    await api.say("the last line");
    // Another page, which reads, is told all the same.
    const told = await listen({ origin, token });
    await told.next((message) => ((message as Update).lines ?? []).some(({ text }) => text === "the last line"));
    const { arrayBuffers, external } = process.memoryUsage();
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(32 * 2 ** 20);
    expect(external - before.external).toBeLessThan(32 * 2 ** 20);
  });

  test("no more than sixteen pages look at once", async () => {
    const used = await useDashboard();
    const over = new AbortController();
    onTestFinished(() => over.abort());
    const ask = (): Promise<Response> =>
      fetch(`${used.origin}/api/stream`, {
        method: "POST",
        headers: { authorization: `Bearer ${used.token}` },
        signal: over.signal,
      });
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(16).fill(200), ...Array(4).fill(429)]);
  });
});

test("the page is less than 300 kB in all", () => {
  const files = ["index.html", "app.js", "app.css", "icon.svg"];
  const folder = new URL("../../dist/dashboard/", import.meta.url);
  const bytes = files.reduce((sum, file) => sum + statSync(fileURLToPath(new URL(file, folder))).size, 0);
  expect(bytes).toBeLessThan(300_000);
});
