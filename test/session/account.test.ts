import { describe, expect, test } from "vitest";
import { Account } from "../../src/session/account.js";
import { BUDGET, UNBOUNDED } from "../../src/session/budget.js";

const budget = { ...BUDGET, held: 1_000, decoded: 2_000, decodeMs: 5 };

describe("what is held", () => {
  test("is bounded, and the first charge that does not fit is the breach", () => {
    const account = new Account(budget);
    account.hold(900);
    expect(() => account.hold(101)).toThrow(/takes 101 bytes beside 900 that are held for it; budget.held is 1000/);
    expect(account.held).toBe(900);
    const { breach } = account;
    expect(breach).toMatchObject({ code: "PROTOCOL" });
    expect(() => account.hold(500)).toThrow();
    expect(account.breach).toBe(breach);
  });

  test("is free again once it was released", () => {
    const account = new Account(budget);
    const holding = account.openHolding();
    holding.hold(600);
    holding.hold(300);
    holding.release(600);
    expect([holding.bytes, account.held]).toEqual([300, 300]);
    holding.clear();
    holding.clear();
    expect(account.held).toBe(0);
  });

  test("has no bound for a side that trusts the other", () => {
    const account = new Account(UNBOUNDED);
    account.hold(Number.MAX_SAFE_INTEGER);
    expect(account.isBounded).toBe(false);
    expect(account.beginDecoding(true)).toBeUndefined();
  });
});

describe("decoding", () => {
  test("of a result that is too large breaks nothing", () => {
    const account = new Account(budget);
    account.hold(900);
    const decoding = account.beginDecoding(true);
    decoding?.borrow(1_000);
    expect(decoding?.room).toBe(100);
    expect(() => decoding?.charge(101)).toThrow(/beside 1900 that are held for it; budget.decoded is 2000/);
    expect(account.breach).toBeUndefined();
    // What a result needs takes no room from what is held.
    account.hold(100);
    decoding?.end();
    expect(account.held).toBe(1_000);
  });

  test("of anything else is a breach", () => {
    const account = new Account(budget);
    const decoding = account.beginDecoding(false);
    decoding?.charge(600);
    expect(() => decoding?.borrow(500)).toThrow(/budget.held/);
    expect(account.breach).toBeDefined();
    decoding?.end();
    expect([account.held, decoding?.kept]).toEqual([0, 600]);
  });

  test("that takes too long on the processor is a breach, whoever asked for it", () => {
    const account = new Account(budget);
    account.beginFrame();
    const decoding = account.beginDecoding(true);
    expect(() => {
      const until = performance.now() + 10_000;
      while (performance.now() < until) decoding?.tick(1);
    }).toThrow(/decoding what the peer sent takes more than \d+ ms, where 5 ms are the most/);
    expect(account.breach).toMatchObject({ code: "PROTOCOL" });
  });

  test("has its time anew with each frame", () => {
    const account = new Account(budget);
    for (let frame = 0; frame < 20; frame += 1) {
      account.beginFrame();
      const decoding = account.beginDecoding(true);
      const until = performance.now() + 1;
      while (performance.now() < until) Math.random();
      decoding?.tick(1);
      decoding?.end();
    }
    expect(account.breach).toBeUndefined();
  });
});
