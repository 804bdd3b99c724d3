import { describe, expect, test } from "vitest";
import { edgesOf } from "../../dashboard/src/edges.js";
import { formatBytes, formatDuration, formatMs, formatRate, shortModule } from "../../dashboard/src/format.js";
import { layersOf } from "../../dashboard/src/layers.js";
import { layOut, neighbour } from "../../dashboard/src/layout.js";
import { LogBuffer } from "../../dashboard/src/log-buffer.js";
import { LogView, NO_FILTER } from "../../dashboard/src/log-view.js";
import { printable } from "../../dashboard/src/printable.js";
import { readLine } from "../../dashboard/src/read-line.js";
import { CallMeter, durationOf } from "../../src/isolator/call-meter.js";
import type { GraphNode, LineFacts } from "../../src/kernel/dashboard/messages.js";
import { countsSince, quantile } from "../../src/kernel/dashboard/quantile.js";

const grant = (target: string): GraphNode["uses"][number] => ({ target, exports: "*", lazy: false, handOn: false });
const node = (name: string, ...dependencies: string[]): GraphNode => ({
  name,
  dependencies,
  uses: dependencies.map(grant),
});

/** A graph of many, with edges over several layers. */
const MANY = Array.from({ length: 50 }, (_, index) =>
  node(
    `n${index}`,
    ...[index - 3, index - 7, index - 11].filter((one) => one >= 0 && index % 4 !== 0).map((one) => `n${one}`),
  ),
);

describe("the layout", () => {
  test.each([
    [200, 300],
    [480, 400],
    [1_000, 240],
    [1_600, 600],
  ])("in %i × %i: no box is on another one, and all are inside", (width, height) => {
    for (const graph of [MANY, [node("a"), node("b", "a")], [node("alone")]]) {
      const layout = layOut(layersOf(graph, edgesOf(graph, [])), { width: 120, height: 24 }, { width, height });
      expect(layout.boxes.map(({ name }) => name).sort()).toEqual(graph.map(({ name }) => name).sort());
      for (const box of layout.boxes) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
        expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
        const others = layout.boxes.filter((other) => other !== box);
        const isOn = others.some(
          (other) =>
            box.x < other.x + other.width &&
            other.x < box.x + box.width &&
            box.y < other.y + other.height &&
            other.y < box.y + box.height,
        );
        expect(isOn, box.name).toBe(false);
      }
      for (const { path } of layout.lines) expect(path).toMatch(/^M[-\d. ]+(C[-\d. ]+)+$/);
    }
  });

  test("what is used stands after its user: to the right of it, or below it in a narrow window", () => {
    const graph = [node("store"), node("parser", "store"), node("front", "parser", "store")];
    const layers = layersOf(graph, edgesOf(graph, []));
    const places = (width: number, by: "x" | "y"): string[] =>
      [...layOut(layers, { width: 120, height: 24 }, { width, height: 300 }).boxes]
        .sort((a, b) => a[by] - b[by])
        .map(({ name }) => name);
    expect(places(1_000, "x")).toEqual(["front", "parser", "store"]);
    expect(places(400, "y")).toEqual(["front", "parser", "store"]);
  });

  test("arrow keys lead from every box to every other one", () => {
    const { boxes } = layOut(
      layersOf(MANY, edgesOf(MANY, [])),
      { width: 120, height: 24 },
      { width: 1_000, height: 300 },
    );
    const reached = new Set([boxes[0]]);
    for (const box of reached) {
      for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
        const next = box && neighbour(boxes, box, key);
        if (next !== undefined) reached.add(next);
      }
    }
    expect(reached.size).toBe(boxes.length);
  });

  test("of a cycle, which no kernel has, ends", () => {
    const graph = [node("a", "b"), node("b", "a")];
    expect(
      layOut(layersOf(graph, edgesOf(graph, [])), { width: 120, height: 24 }, { width: 800, height: 300 }).boxes,
    ).toHaveLength(2);
  });
});

describe("lines", () => {
  const line = (isolate: string, text: string, time: number): LineFacts => ({
    isolate,
    text,
    time,
    generation: 1,
    pid: 1,
    stream: "stdout",
  });

  test("of a quiet isolate stay while another one writes without end", () => {
    const buffer = new LogBuffer();
    buffer.begin(2);
    buffer.push([line("quiet", "once", 1)]);
    for (let part = 0; part < 100; part += 1) buffer.push(Array.from({ length: 100 }, () => line("loud", "again", 2)));
    expect(buffer.all("quiet")).toHaveLength(1);
    expect(buffer.all("loud").length).toBeLessThanOrEqual(1_000);
    expect(buffer.all(undefined)[0]?.line.text).toBe("once");
  });

  test("that come again with a new connection are there once", () => {
    const buffer = new LogBuffer();
    buffer.begin(1);
    buffer.push([line("a", "one", 1), line("a", "two", 2)]);
    buffer.begin(1);
    expect(buffer.push([line("a", "one", 1), line("a", "two", 2), line("a", "three", 3)])).toHaveLength(1);
  });

  test("that match are found anew with a filter, and among those that come", () => {
    const buffer = new LogBuffer();
    const view = new LogView(buffer);
    buffer.begin(2);
    view.push(buffer.push([line("a", "one", 1), line("b", '{"level":50,"msg":"bad"}', 1)]));
    view.choose({ ...NO_FILTER, level: "warn" });
    expect(view.lines.map(({ line: { isolate } }) => isolate)).toEqual(["b"]);
    expect(view.push(buffer.push([line("a", "ERROR two", 2), line("a", "info three", 3)]))).toBe(1);
  });

  test.each([
    ['{"level":30,"msg":"hello","a":1}', "info", "hello", "a=1"],
    ['{"severity":"WARNING","message":"hello"}', "warn", "hello", ""],
    ['{"level":{},"msg":7}', undefined, '{"level":{},"msg":7}', ""],
    ["{not json}", undefined, "{not json}", ""],
    ["2026-01-01 ERROR it broke", "error", "2026-01-01 ERROR it broke", ""],
    ["TypeError: x is not a function", undefined, "TypeError: x is not a function", ""],
    ["an ordinary error message", undefined, "an ordinary error message", ""],
  ])("%s: level %s", (text, level, message, fields) => {
    expect(readLine(line("a", text, 0))).toEqual({ level, message, fields });
  });

  test("have the level that the kernel read in them where the page has their beginning alone", () => {
    const text = '{"level":50,"msg":"long';
    expect(readLine({ ...line("a", text, 0), cut: 9_000, level: "error" })).toEqual({
      level: "error",
      message: text,
      fields: "",
    });
  });

  test("that are parts of one are texts, as kernel.logs() has them", () => {
    const text = '{"level":50,"msg":"a part"}';
    expect(readLine({ ...line("a", text, 0), partial: true })).toEqual({ message: text, fields: "" });
  });
});

test("what is not seen is shown, and letters of every language stay", () => {
  expect(printable("a\u0000b\u001bc\u007f")).toBe("a\u2400b\u241bc\u2421");
  expect(printable("a\u202eb\u2066c\ufeff\u{e0041}\ud800")).toBe("a‹202E›b‹2066›c‹FEFF›‹E0041›‹D800›");
  expect(printable("grüße 日本語 العربية 🚀 e\u0301")).toBe("grüße 日本語 العربية 🚀 e\u0301");
});

test("numbers are short", () => {
  expect([formatBytes(0), formatBytes(999), formatBytes(58_600_000), formatBytes(null)]).toEqual([
    "0 B",
    "999 B",
    "58.6 MB",
    "–",
  ]);
  expect([formatRate(0), formatRate(3.14), formatRate(157.2), formatRate(12_345)]).toEqual([
    "0",
    "3.1",
    "157",
    "12.3k",
  ]);
  expect([formatMs(0.123), formatMs(1.26), formatMs(45), formatMs(2_300)]).toEqual([
    "0.12 ms",
    "1.3 ms",
    "45 ms",
    "2.3 s",
  ]);
  expect([formatDuration(9_900), formatDuration(61_000), formatDuration(3_700_000)]).toEqual([
    "9 s",
    "1 min 1 s",
    "1 h 1 min",
  ]);
  expect(shortModule("file:///srv/app/a%20b/parser.ts")).toBe("a b/parser.ts");
});

describe("how long calls take", () => {
  test("is told within a fifth", () => {
    const counts = new Array<number>(90).fill(0);
    // What the contract says of entry i.
    for (const [index] of counts.entries()) expect(durationOf(index)).toBeLessThanOrEqual(2 ** (index / 4 - 5));
    counts[40] = 98;
    counts[60] = 2;
    expect(quantile(counts, 0.5)).toBeCloseTo(durationOf(40));
    expect(quantile(counts, 0.99)).toBeCloseTo(durationOf(60));
    expect(quantile([0, 0], 0.5)).toBeNull();
  });

  test("is counted since a reading, and anew where the counting began anew", () => {
    expect(countsSince([3, 5], [1, 5])).toEqual([2, 0]);
    expect(countsSince([1, 0], [3, 5])).toEqual([1, 0]);
    expect(countsSince([1, 0], undefined)).toEqual([1, 0]);
  });

  test("is counted of calls that began while it was, each once", () => {
    const meter = new CallMeter();
    const [first, second] = [{}, {}];
    meter.read();
    meter.ended(first);
    meter.began(second);
    meter.ended(second);
    meter.ended(second);
    expect(meter.read().reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
