import { expect, test } from "vitest";
import { formatProcessorList, parseProcessorList } from "../../src/limits/processor-list.js";

test.each([
  ["cpu0 cpu2", [0, 2], "0,2"],
  ["0-3", [0, 1, 2, 3], "0-3"],
  ["0,2", [0, 2], "0,2"],
  ["3, 1-2 CPU2-CPU4", [1, 2, 3, 4], "1-4"],
  ["7", [7], "7"],
])("%j names %j", (text, processors, kernelText) => {
  expect(parseProcessorList(text)).toEqual(processors);
  expect(formatProcessorList(processors)).toBe(kernelText);
});

test.each([[""], ["cpu"], ["3-1"], ["-1"], ["1-"], ["0;1"], ["0-99999999999"], ["all"]])("%j is no list", (text) => {
  expect(parseProcessorList(text)).toBeUndefined();
});
