import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { settle, useSessionPair } from "./use-session-pair.js";

const MIB = 1024 * 1024;

/** They move half a gigabyte, which takes a busy machine its time. */
describe("text", { timeout: 180_000 }, () => {
  test("a string longer than the longest message crosses as an argument", async () => {
    const { caller } = await useSessionPair({ sharedMemory: true });
    expect(await caller.call("byteLength", "x".repeat(70 * MIB))).toBe(70 * MIB);
    expect(caller.lost).toEqual([]);
  });

  test("a string longer than the longest message crosses as a result", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    const text = (await caller.call("makeText", 70 * MIB)) as string;
    expect(text.length).toBe(70 * MIB);
    expect(callee.lost).toEqual([]);
  });

  test("many calls of one turn whose texts are together longer than the longest message all cross", async () => {
    const { caller } = await useSessionPair({ sharedMemory: true });
    const text = "x".repeat(MIB);
    const lengths = await Promise.all(Array.from({ length: 80 }, () => caller.call("byteLength", text)));
    expect(lengths).toEqual(new Array(80).fill(MIB));
  });

  test("many results of one turn whose texts are together longer than the longest message all cross", async () => {
    const { caller } = await useSessionPair({ sharedMemory: true });
    const texts = await Promise.all(Array.from({ length: 80 }, () => caller.call("makeText", MIB)));
    expect(texts.every((text) => (text as string).length === MIB)).toBe(true);
  });

  test("calls of one turn whose texts are together longer than a string may be all cross", async () => {
    const { caller } = await useSessionPair({ sharedMemory: true });
    const text = "x".repeat(8 * MIB);
    const calls = Array.from({ length: 70 }, () => caller.call("byteLength", text));
    expect(await Promise.all(calls)).toEqual(new Array(70).fill(8 * MIB));
  });

  test("a result whose JSON would be longer than a string may be fails that call alone", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    const failure = await rejection(caller.call("makeTexts", 70, 8 * MIB));
    expect(failure).toMatchObject({ code: "NOT_SERIALIZABLE" });
    await settle(caller, callee);
    expect(await caller.call("echo", 1)).toBe(1);
  });

  test("an argument whose JSON would be longer than a string may be fails that call alone", async () => {
    const { caller } = await useSessionPair({ sharedMemory: true });
    const failure = await rejection(caller.call("ignore", new Array(70).fill("x".repeat(8 * MIB))));
    expect(failure).toMatchObject({ code: "NOT_SERIALIZABLE" });
    expect(await caller.call("echo", 1)).toBe(1);
  });
});
