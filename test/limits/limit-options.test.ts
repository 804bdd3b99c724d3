import { expect, test } from "vitest";
import { availableProcessors } from "../../src/limits/available-processors.js";
import { resolveLimits } from "../../src/limits/index.js";

const processors = availableProcessors();
const percent = processors.length * 100;

test("no limits are no limits", () => {
  const none = resolveLimits(undefined);
  expect(none).toEqual({ required: false });
  expect(Object.isFrozen(none)).toBe(true);
});

test("sizes become bytes and lists become numbers", () => {
  const first = processors[0] as number;
  const resolved = resolveLimits({
    memory: { soft: "100MB", hard: "128MiB" },
    heap: "64MiB",
    cpu: 12.5,
    affinity: `cpu${first}`,
    pids: 64,
    openFiles: 256,
    cpuSeconds: 60,
    output: "1MB",
    required: true,
  });
  expect(resolved).toEqual({
    memory: { soft: 100_000_000, hard: 134_217_728 },
    heap: 67_108_864,
    cpu: 12.5,
    affinity: [first],
    pids: 64,
    openFiles: 256,
    cpuSeconds: 60,
    output: 1_000_000,
    required: true,
  });
});

test("a plain size of memory is a hard limit", () => {
  expect(resolveLimits({ memory: 2 ** 28 }).memory).toEqual({ soft: undefined, hard: 2 ** 28 });
});

test.each([
  [{ memory: "1MB" }, /limits\.memory must be .* of at least 33554432 bytes; received '1MB'/],
  [{ memory: { soft: "64MiB" } }, /limits\.memory\.hard must be .*; received undefined/],
  [
    { memory: { soft: "2GB", hard: "1GB" } },
    /limits\.memory\.soft must be less than .* \(1000000000 bytes\); received '2GB'/,
  ],
  [{ memory: { hard: "1GB", softer: 1 } }, /limits\.memory has no "softer".*; what it has: hard, soft/],
  [{ heap: "8MiB" }, /limits\.heap must be .* of at least 16777216/],
  [{ cpu: 0 }, /limits\.cpu must be a percentage of one core from 1 to/],
  [{ cpu: percent + 1 }, new RegExp(`from 1 to ${percent} .*; received ${percent + 1}`)],
  [{ cpu: "50%" }, /limits\.cpu must be .*; received '50%'/],
  [{ affinity: "cpu9999" }, /limits\.affinity must be a list such as .*; received 'cpu9999'/],
  [{ affinity: 3 }, /limits\.affinity must be .*; received 3/],
  [{ pids: 11 }, /limits\.pids must be a whole number from 12 to \d+; received 11/],
  [{ openFiles: 16 }, /limits\.openFiles must be a whole number from 40 to \d+; received 16/],
  [{ cpuSeconds: 0.5 }, /limits\.cpuSeconds must be a whole number from 1/],
  [{ output: 10 }, /limits\.output must be .* of at least 1024 bytes; received 10/],
  [{ required: "yes" }, /limits\.required must be true or false; received 'yes'/],
  [{ memroy: "1GB" }, /limits has no "memroy"; did you mean "memory"\?; what it has: affinity, .*, memory, /],
  ["256MB", /limits must be an object; received '256MB'/],
])("%j is refused", (limits, message) => {
  expect(() => resolveLimits(limits)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(() => resolveLimits(limits)).toThrow(message);
});
