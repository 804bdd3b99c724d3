import { describe, expect, test } from "vitest";
import { createMemberProxy } from "../../src/session/member-proxy.js";

type Member = (() => string) & { readonly [name: string]: Member };

/** A proxy whose members tell their own paths when they are called. */
function useProxy(maxMembers = 100) {
  let forgotten = 0;
  const proxy = createMemberProxy(
    { shown: "face" },
    {
      bind: (path) => () => path,
      isNested: true,
      isIterable: false,
      maxMembers,
      onForgotten: () => {
        forgotten += 1;
      },
    },
  ) as { readonly [name: string]: Member };
  return { proxy, forgotten: () => forgotten };
}

describe("a proxy of members elsewhere", () => {
  test("has a function for every name at every depth, the same one each time", () => {
    const { proxy } = useProxy();
    expect(proxy.a?.b?.()).toBe("a.b");
    expect(proxy["dotted.name"]?.["back\\slash"]?.()).toBe("dotted\\.name.back\\\\slash");
    expect(proxy.a).toBe(proxy.a);
    expect(proxy.shown).toBe("face");
  });

  test("forgets its members when there are too many, and says so", () => {
    const { proxy, forgotten } = useProxy(2);
    const { a } = proxy;
    expect([proxy.b, proxy.a === a, forgotten()]).toEqual([expect.any(Function), true, 0]);
    expect(proxy.c?.()).toBe("c");
    expect(forgotten()).toBe(1);
    expect(proxy.a).not.toBe(a);
  });

  test("cannot be changed, whatever is defined on it", () => {
    const { proxy } = useProxy();
    const member = proxy.a as Member;
    expect(Reflect.set(proxy, "x", 1)).toBe(false);
    expect(Reflect.deleteProperty(proxy, "shown")).toBe(false);
    expect(Reflect.setPrototypeOf(proxy, null)).toBe(false);
    expect(Reflect.defineProperty(proxy, "x", { value: 1, configurable: true })).toBe(false);
    expect(Reflect.defineProperty(proxy, "x", { configurable: true })).toBe(false);
    expect(Reflect.defineProperty(proxy, "x", { get: () => 1, configurable: true })).toBe(false);
    expect(Reflect.defineProperty(member, "name", { value: "other" })).toBe(false);
    expect(Reflect.defineProperty(member, "name", { get: () => "other" })).toBe(false);
    expect(Reflect.ownKeys(proxy)).toEqual(["shown"]);
    expect(member.name).toBe("a");
  });

  test("may be frozen", () => {
    const { proxy } = useProxy();
    expect(Object.isFrozen(Object.freeze(proxy))).toBe(true);
    expect(proxy.a?.()).toBe("a");
  });
});
