import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonErrorPosition } from "../../src/errors/index.js";

test.each([
  ["", 0],
  ["[", 1],
  ["[1,]", 3],
  ["[1 2]", 3],
  ["[01]", 2],
  ["[1.]", 2],
  ["[tru]", 1],
  ["[nullx]", 5],
  ["['a']", 1],
  ['["a\n"]', 3],
  ['["\\x"]', 2],
  ['{"a":1,}', 7],
  ["{a:1}", 1],
  ['{"a" 1}', 5],
  ["[1] [2]", 4],
  ["[NaN]", 1],
])("%j stops being JSON at %i", (text, position) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(jsonErrorPosition(text)).toBe(position);
});

test("what JSON.parse takes is JSON to its end", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), undefined, indent);
      expect(jsonErrorPosition(text)).toBe(text.length);
    }),
  );
});

test("a text is refused by JSON.parse, or it is JSON to its end", () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("}", "x", ",", '"', "\n", "\\", "1", ""))
    .map(([json, at, put]) => {
      const index = at % (json.length + 1);
      return json.slice(0, index) + put + json.slice(index + 1);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      const position = jsonErrorPosition(text);
      if (isJson(text)) expect(position).toBe(text.length);
      // Up to the mistake the text could have gone on well: only ever ending there is wrong with it.
      else expect(jsonErrorPosition(text.slice(0, position))).toBe(position);
    }),
    { numRuns: 500 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
