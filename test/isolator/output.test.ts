import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { OutputEvent, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const output = fixture("output.mjs");

/** All lines from now on. */
function recordLines(isolator: ProcessIsolator, stream: "stdout" | "stderr" = "stdout"): OutputEvent[] {
  const lines: OutputEvent[] = [];
  isolator.events.on(stream, (event) => lines.push(event));
  return lines;
}

const texts = (lines: readonly OutputEvent[]): string[] => lines.map(({ line }) => line);

describe("output comes as whole lines", () => {
  const isolator = useSharedIsolator({ name: "talker" });

  test.each(["stdout", "stderr"] as const)("of %s, tagged with isolate, generation and pid", async (stream) => {
    const lines = recordLines(isolator(), stream);
    await isolator().invoke(output, "write", [stream, "one\ntwo\n"]);
    await until(() => lines.length === 2);
    const facts = { isolate: "talker", generation: 1, pid: isolator().pid, partial: false };
    expect(lines).toEqual([
      { ...facts, line: "one" },
      { ...facts, line: "two" },
    ]);
  });

  test("whatever their line break", async () => {
    const lines = recordLines(isolator());
    await isolator().invoke(output, "write", ["stdout", "unix\nwindows\r\n\n\r\nend\n"]);
    await until(() => lines.length === 5);
    expect(texts(lines)).toEqual(["unix", "windows", "", "", "end"]);
  });

  test("however the chunks fall, also within a character", async () => {
    const lines = recordLines(isolator());
    const bytes = [...Buffer.from("na\u00efve \u{1f600}\r\n")];
    await isolator().invoke(output, "writeChunks", [bytes.map((byte) => [byte])]);
    await until(() => lines.length === 1);
    expect(lines[0]).toMatchObject({ line: "na\u00efve \u{1f600}", partial: false });
  });

  test("in parts where they are longer than 64 KiB", async () => {
    const lines = recordLines(isolator());
    const text = "0123456789".repeat(20_000);
    await isolator().invoke(output, "write", ["stdout", `${text}\nshort\n`]);
    await until(() => texts(lines).includes("short"));
    const parts = lines.slice(0, -1);
    expect(texts(parts).join("") === text).toBe(true);
    expect(Math.max(...parts.map(({ line }) => line.length))).toBeLessThanOrEqual(64 * 1024);
    expect(parts.slice(0, -1).every(({ partial }) => partial)).toBe(true);
  });

  test("and parts do not cut characters", async () => {
    const lines = recordLines(isolator());
    await isolator().invoke(output, "write", ["stdout", `x${"\u{1f600}".repeat(50_000)}\nshort\n`]);
    await until(() => texts(lines).includes("short"));
    const halves = texts(lines).filter((line) => /\p{Surrogate}/u.test(line));
    expect(halves.length).toBe(0);
  });
});

describe("nothing is lost when the process ends:", () => {
  test("a last line without a line break", async () => {
    const isolator = await useIsolator();
    const lines = recordLines(isolator);
    const exited = nextEvent(isolator, "exited");
    await rejection(isolator.invoke(output, "writeAndDie", ["one\nhalf a li"]));
    await exited;
    expect(lines).toMatchObject([
      { line: "one", partial: false },
      { line: "half a li", partial: true, generation: 1 },
    ]);
  });

  test.each(["writeLinesAndExit", "writeLinesAndDie"])(
    "a mebibyte before %s, all of it before the exited event",
    async (how) => {
      const isolator = await useIsolator({ restart: false });
      const lines = recordLines(isolator);
      let linesAtExit = 0;
      isolator.events.on("exited", () => {
        linesAtExit = lines.length;
      });
      await rejection(isolator.invoke(output, how, [16_384, 64]));
      await isolator.waitForExit();
      expect(linesAtExit).toBe(16_384);
      expect(lines.every(({ line }, index) => Number.parseInt(line, 10) === index)).toBe(true);
    },
  );

  test("also when the host itself is busy for a while", async () => {
    const isolator = await useIsolator({ restart: false });
    const lines = recordLines(isolator);
    let stalls = 0;
    isolator.events.on("stdout", () => {
      // A second of work in pieces, as for a host that renders what it reads.
      if (lines.length < 5_000 || lines.length % 500 !== 0 || stalls >= 4) return;
      stalls += 1;
      const end = performance.now() + 300;
      while (performance.now() < end);
    });
    await rejection(isolator.invoke(output, "writeLinesAndDie", [8_192, 64]));
    await isolator.waitForExit();
    expect(lines).toHaveLength(8_192);
  });

  test("each line belongs to the generation that wrote it", async () => {
    const isolator = await useIsolator();
    const lines = recordLines(isolator);
    await rejection(isolator.invoke(output, "writeAndDie", ["from the first\n"]));
    await isolator.invoke(output, "write", ["stdout", "from the second\n"]);
    await until(() => lines.length === 2);
    expect(lines.map(({ line, generation }) => [line, generation])).toEqual([
      ["from the first", 1],
      ["from the second", 2],
    ]);
    expect(lines[0]?.pid).not.toBe(lines[1]?.pid);
  });
});

describe("the last of stderr is known", () => {
  test.each(["events", "ignore"] as const)("in mode %s", async (stderr) => {
    const isolator = await useIsolator({ stderr, restart: false });
    await isolator.invoke(output, "write", ["stderr", "x".repeat(20_000)]);
    await isolator.invoke(output, "write", ["stderr", "\nthe end\n"]);
    const { stderrTail } = await isolator.shutdown();
    expect(stderrTail).toMatch(/^x+\nthe end$/);
    expect(Buffer.byteLength(stderrTail)).toBeLessThanOrEqual(8 * 1024);
  });
});

describe("output that is not wanted as events", () => {
  test("is dropped in mode ignore", async () => {
    const isolator = await useIsolator({ stdout: "ignore" });
    const lines = recordLines(isolator);
    await isolator.invoke(output, "write", ["stdout", "into the void\n"]);
    await isolator.shutdown();
    expect(lines).toEqual([]);
  });

  test("goes to the host's own streams, byte by byte, in mode inherit", async () => {
    const host = fixture("inheriting-host.mjs");
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [host, output]);
    expect(stdout).toBe("to stdout\r\nwithout end");
    expect(stderr).toBe("to stderr\n");
  });
});

test.runIf(process.platform === "linux")("stdout that nobody wants is not even read", async () => {
  const isolator = await useIsolator({ stdout: "ignore" });
  expect(await isolator.invoke("node:fs", "readlinkSync", ["/proc/self/fd/1"])).toBe("/dev/null");
});

test("limits.output bounds what is kept in a second, and says so", async () => {
  const bound = 64 * 1024;
  const isolator = await useIsolator({ limits: { output: bound } });
  const lines = recordLines(isolator);
  const reached = nextEvent(isolator, "limit");
  const startedAt = performance.now();
  await isolator.invoke(output, "write", ["stdout", `${"x".repeat(1_023)}\n`.repeat(2_000)]);
  expect(await reached).toMatchObject({ limit: "output", bound, soft: true });
  await isolator.shutdown();
  const seconds = Math.floor((performance.now() - startedAt) / 1_000) + 2;
  const kept = lines.reduce((sum, { line }) => sum + line.length + 1, 0);
  expect(kept).toBeGreaterThanOrEqual(bound);
  expect(kept).toBeLessThanOrEqual(bound * seconds + 1);
});

test("a child that prints without end leaves the host its time, and a listener may come late", async () => {
  const isolator = await useIsolator();
  const neighbour = await useIsolator();
  const flood = isolator.invoke(output, "flood", []).catch(() => {});
  for (let calls = 0; calls < 50; calls += 1) await neighbour.invoke("node:path", "basename", ["a/b"]);
  const line = await nextEvent(isolator, "stdout");
  expect(line).toMatchObject({ line: "", partial: false });
  for (let calls = 0; calls < 50; calls += 1) await neighbour.invoke("node:path", "basename", ["a/b"]);
  await isolator.terminate();
  await flood;
});
