import { expect, test } from "vitest";
import { Random } from "../../chaos/random.mjs";
import { chooseMutants, type TestFile, testsFor } from "../../mutation/choose.mjs";
import type { Mutant } from "../../mutation/instrument.mjs";

const mutant = (id: string, file: string): Mutant => ({ id, file, line: 1, kind: "", before: "", after: "" });
const testFile = (file: string, reached: string[], ms: number): TestFile => ({ file, reached: new Set(reached), ms });

const MUTANTS = Array.from({ length: 40 }, (_, index) =>
  mutant(`${index}`, index % 2 === 0 ? "src/session/outbox.ts" : "src/process/stop.ts"),
);

test("so many of each room are chosen, each once, and a seed always chooses the same", () => {
  const choose = (seed: number) =>
    chooseMutants(MUTANTS, ["session", "process"], 5, new Random(seed)).map(({ id }) => Number(id));
  const ids = choose(7);
  expect(new Set(ids).size).toBe(10);
  expect(ids.filter((id) => id % 2 === 0)).toHaveLength(5);
  expect(choose(7)).toEqual(ids);
  expect(choose(8)).not.toEqual(ids);
});

test("a room with fewer than were asked for gives what it has", () => {
  expect(chooseMutants(MUTANTS.slice(0, 3), ["session"], 5, new Random(1))).toHaveLength(2);
});

test("a room may lie in another, and is none of those whose names begin like its own", () => {
  const files = ["src/kernel/tree/died.ts", "src/kernel/treehouse.ts", "src/kernel/kernel.ts", "src/kernels/tree.ts"];
  const mutants = files.map((file) => mutant(file, file));
  const chosen = (room: string) => chooseMutants(mutants, [room], 5, new Random(1)).map(({ file }) => file);
  expect(chosen("kernel/tree")).toEqual(files.slice(0, 1));
  expect(chosen("kernel").sort()).toEqual(files.slice(0, 3).sort());
});

test("only tests that reach the mutant run: the one of the same name first, then the most particular ones", () => {
  const tests = [
    testFile("test/isolator/calls.test.ts", ["1", "2", "3"], 10),
    testFile("test/session/streams.test.ts", ["1", "2"], 90),
    testFile("test/session/frames.test.ts", ["1", "3"], 20),
    testFile("test/session/outbox.test.ts", ["1", "2", "3", "4"], 50),
    testFile("test/codec/values.test.ts", ["2"], 1),
  ];
  expect(testsFor(mutant("1", "src/session/outbox.ts"), tests).map(({ file }) => file)).toEqual([
    "test/session/outbox.test.ts",
    "test/session/frames.test.ts",
    "test/session/streams.test.ts",
    "test/isolator/calls.test.ts",
  ]);
});
