import { describe, expect, test } from "vitest";
import { contentOf, type LogContent } from "../../../src/kernel/logs/index.js";

function of(text: string, partial = false): LogContent {
  return contentOf({ text, partial });
}

describe("a line of JSON", () => {
  test.each([
    ["pino", '{"level":30,"time":1,"pid":9,"hostname":"h","msg":"hello","user":7}', "info", "hello"],
    ["bunyan", '{"name":"app","hostname":"h","pid":9,"level":50,"msg":"hello","v":0}', "error", "hello"],
    ["winston", '{"level":"warn","message":"hello","service":"app"}', "warn", "hello"],
    ["a cloud", '{"severity":"CRITICAL","message":"hello"}', "fatal", "hello"],
    ["ECS", '{"log.level":"debug","message":"hello"}', "debug", "hello"],
  ])("of %s has its level, its message and the other fields", (_, text, level, message) => {
    const { fields, ...said } = of(text);
    expect(said).toEqual({ level, message });
    const given = JSON.parse(text) as Record<string, unknown>;
    for (const name of ["level", "severity", "log.level", "msg", "message"]) delete given[name];
    expect(fields).toEqual(given);
  });

  test.each([
    [10, "trace"],
    [19, "trace"],
    [20, "debug"],
    [35, "info"],
    [40, "warn"],
    [60, "fatal"],
    [100, "fatal"],
  ])("with the number %d has the level %s", (level, expected) => {
    expect(of(JSON.stringify({ level, msg: "x" })).level).toBe(expected);
  });

  test.each([[5], [101], [Number.NaN], ["loud"], [null], [{}], ["x".repeat(1_000)]])(
    "whose level is %j has none, and keeps the field",
    (level) => {
      const { level: found, fields } = of(JSON.stringify({ level, msg: "x" }));
      expect(found).toBeUndefined();
      expect(fields).toHaveProperty("level");
    },
  );

  test("without a message is its own", () => {
    const text = '{"level":30,"msg":{"not":"text"}}';
    expect(of(text)).toEqual({ level: "info", message: text, fields: { msg: { not: "text" } } });
  });

  test.each([["[1,2]"], ["{broken}"], ["{"], ['"text"'], ["null"], ["{} and more"]])("%s is a text", (text) => {
    expect(of(text)).toEqual({ message: text });
  });
});

describe("another line", () => {
  test.each([
    ["[ERROR] broken", "error"],
    ["[warn] low", "warn"],
    ["warning: low", "warn"],
    ["Error: broken", "error"],
    ["INFO ready", "info"],
    ["2026-11-28T10:00:00.123Z INFO ready", "info"],
    ["[2026-11-28 10:00:00,123] DEBUG: x", "debug"],
    ["2026-11-28T10:00:00+01:00 [fatal] x", "fatal"],
    ["\u001b[31merror\u001b[39m: by winston", "error"],
  ])("%j has a level", (text, level) => {
    expect(of(text)).toEqual({ level, message: text });
  });

  test.each([[""], ["info about nothing"], ["TypeError: x"], ["[notalevel] x"], ["ready: INFO"], ["ERRORS: 3"]])(
    "%j has none",
    (text) => {
      expect(of(text)).toEqual({ message: text });
    },
  );
});

describe("a hostile line", () => {
  test("names that would change prototypes do not get through", () => {
    const { fields } = of('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1},"constructor":1},"msg":"x"}');
    expect(JSON.stringify(fields)).toBe('{"a":{"constructor":1}}');
    expect(Object.assign({}, fields, fields?.a)).not.toHaveProperty("polluted");
    expect(of('{"__proto__":{"level":60,"msg":"x"}}')).toMatchObject({ fields: {} });
  });

  test("what is nested deeply, or has very many values, is cut, and can be written again", () => {
    const deep = `{"a":${"[".repeat(7_000)}${"]".repeat(7_000)},"b":1}`;
    expect(of(deep).fields).toMatchObject({ b: 1 });
    expect(JSON.stringify(of(deep)).length).toBeLessThan(20_000);
    const wide = JSON.stringify({ many: Array.from({ length: 5_000 }, () => 1), last: 1 });
    const { many } = of(wide).fields as { many: readonly number[] };
    expect(many.length).toBeLessThanOrEqual(500);
    const names = JSON.stringify(Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`n${index}`, 1])));
    expect(Object.keys(of(names).fields ?? {}).length).toBeLessThanOrEqual(500);
  });

  test("one that is too long, or only a part, is a text", () => {
    const long = JSON.stringify({ level: 30, msg: "x".repeat(1024 * 1024) });
    expect(of(long)).toEqual({ message: long });
    expect(of('{"level":30}', true)).toEqual({ message: '{"level":30}' });
  });
});
