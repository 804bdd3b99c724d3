import { expect, test } from "vitest";
import { parseAuxiliaryVector } from "../../src/platform/auxiliary-vector.linux.js";
import { parseProcStat } from "../../src/platform/proc-stat.linux.js";

const fields = "S 7 8 9 0 -1 4194560 1 2 3 4 100 23 5 6 20 0 7 0 987654 1000000 4321 18446744073709551615";

test.each(["node", "a b", "(x) S 1 1 1", ") Z 0 0 0 (", "line\nbreak"])(
  "a command called %j confuses nobody",
  (command) => {
    expect(parseProcStat(`42 (${command}) ${fields}`)).toEqual({
      pid: 42,
      state: "S",
      parentPid: 7,
      groupId: 8,
      sessionId: 9,
      isKernelThread: false,
      cpuTicks: 123,
      threads: 7,
      startTicks: "987654",
      residentPages: 4321,
    });
  },
);

test.each(["", "42", "42 (node)", "42 (node) S 7"])("half an entry (%j) is none", (text) => {
  expect(parseProcStat(text)).toBeUndefined();
});

test("the auxiliary vector is read in both word sizes and byte orders", () => {
  const narrow = Buffer.alloc(16);
  narrow.writeUInt32BE(6, 0);
  narrow.writeUInt32BE(4096, 4);
  expect(parseAuxiliaryVector(narrow, 4, "BE").get(6)).toBe(4096);
  const wide = Buffer.alloc(32);
  wide.writeBigUInt64LE(6n, 0);
  wide.writeBigUInt64LE(65536n, 8);
  expect(parseAuxiliaryVector(wide, 8, "LE").get(6)).toBe(65536);
});
