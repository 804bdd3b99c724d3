import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import { fromRemoteError, registerErrorClass, toRemoteError } from "../../src/codec/index.js";
import { type RemoteError, RemoteErrorCodec } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";

/** Through the true wire format and back. */
function cross(thrown: unknown, local?: { stack?: string }): unknown {
  return fromRemoteError(overTheWire(toRemoteError(thrown)), local);
}

function crossError(thrown: unknown, local?: { stack?: string }): Error & Record<string, unknown> {
  const arrived = cross(thrown, local);
  expect(arrived).toBeInstanceOf(Error);
  return arrived as Error & Record<string, unknown>;
}

function overTheWire(remote: RemoteError): RemoteError {
  return RemoteErrorCodec.decode(RemoteErrorCodec.encode(remote).finish());
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

class QuotaError extends Error {
  constructor(
    message: string,
    readonly quota: number,
  ) {
    super(message);
  }
  get half(): number {
    return this.quota / 2;
  }
}

const undo: Array<() => void> = [];
afterEach(() => {
  for (const unregister of undo.splice(0)) unregister();
});

describe("an error of a built-in class", () => {
  test.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    "%o arrives as itself",
    (Class) => {
      const sent = new Class("what happened");
      const arrived = crossError(sent);
      expect(Object.getPrototypeOf(arrived)).toBe(Class.prototype);
      expect(arrived.message).toBe("what happened");
      expect(arrived.stack).toBe(sent.stack);
      expect(Object.keys(arrived)).toEqual([]);
    },
  );

  test("AggregateError keeps its members, of whatever kind", () => {
    const arrived = crossError(new AggregateError([new TypeError("one"), "two", new AggregateError([])], "all"));
    expect(arrived).toBeInstanceOf(AggregateError);
    const [one, two, three] = arrived.errors as unknown[];
    expect(one).toBeInstanceOf(TypeError);
    expect(two).toBe("two");
    expect(three).toBeInstanceOf(AggregateError);
  });

  test("DOMException keeps its name and legacy code", () => {
    const arrived = crossError(thrownBy(() => AbortSignal.abort().throwIfAborted()));
    expect(arrived).toBeInstanceOf(DOMException);
    expect(arrived.name).toBe("AbortError");
    expect(arrived.code).toBe(20);
  });

  test("Node's own errors keep class, code and fields", () => {
    const missing = crossError(thrownBy(() => readFileSync("/does/not/exist")));
    expect(missing).toMatchObject({ code: "ENOENT", errno: -2, syscall: "open", path: "/does/not/exist" });
    expect(Object.keys(missing).sort()).toEqual(["code", "errno", "path", "syscall"]);
    const invalid = crossError(thrownBy(() => Buffer.from(1 as never)));
    expect(invalid).toBeInstanceOf(TypeError);
    expect(invalid).toMatchObject({ name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  });

  test("errors of another realm arrive as this realm's", () => {
    expect(crossError(runInNewContext("new TypeError('x')"))).toBeInstanceOf(TypeError);
  });

  test("a name that merely reads like a built-in's does not change the class", () => {
    const arrived = crossError(Object.assign(new Error("x"), { name: "TypeError" }));
    expect(Object.getPrototypeOf(arrived)).toBe(Error.prototype);
    expect(arrived.name).toBe("TypeError");
  });
});

describe("causes", () => {
  test("a chain arrives whole, with a value at its end", () => {
    const arrived = crossError(new Error("a", { cause: new RangeError("b", { cause: { at: [1, 2] } }) }));
    expect(arrived.cause).toBeInstanceOf(RangeError);
    expect((arrived.cause as Error).cause).toStrictEqual({ at: [1, 2] });
    expect(Object.keys(arrived)).toEqual([]);
  });

  test("a cycle is cut, and a long chain ends", () => {
    const looped = new Error("loop");
    looped.cause = looped;
    expect(crossError(looped).cause).toBeUndefined();
    let chain = new Error("0");
    for (let depth = 1; depth < 10_000; depth++) chain = new Error(String(depth), { cause: chain });
    let length = 1;
    for (let error = crossError(chain); error.cause !== undefined; error = error.cause as typeof error) length++;
    expect(length).toBe(16);
  });

  test("a tree of ten thousand members is cut, and still says what it is", () => {
    const members = Array.from({ length: 10_000 }, (_, index) => new Error(String(index)));
    expect((crossError(new AggregateError(members, "many")).errors as unknown[]).length).toBe(1023);
  });
});

describe("fields", () => {
  test("JSON ones arrive, others are left out and harm nothing", () => {
    const sent = Object.assign(new Error("x"), {
      status: 404,
      detail: { a: [1] },
      run: () => 1,
      big: 1n,
      seen: new Map(),
    });
    const arrived = crossError(sent);
    expect({ ...arrived }).toStrictEqual({ status: 404, detail: { a: [1] } });
  });

  test("hostile ones never reach a prototype, a setter or the error's parts", () => {
    const fields = JSON.parse(
      '{"__proto__":{"polluted":1},"stack":"forged","cause":"forged","toString":"x","message":"forged"}',
    );
    const arrived = fromRemoteError({ ...toRemoteError(new Error("true")), fields }) as Record<string, unknown>;
    expect(Object.getPrototypeOf(arrived)).toBe(Error.prototype);
    expect(arrived).toMatchObject({ message: "true", toString: "x" });
    expect(arrived.stack).not.toBe("forged");
    expect(arrived.cause).toBeUndefined();
    expect(arrived.polluted).toBeUndefined();
  });
});

describe("stacks", () => {
  test("the remote frames come first, then the boundary, then the local call site", () => {
    const sent = new TypeError("broken");
    const local = new Error("anything");
    const stack = crossError(sent, local).stack as string;
    expect(stack).toBe(
      `${sent.stack}\n    at <isolated process boundary>\n${(local.stack as string).split("\n").slice(1).join("\n")}`,
    );
  });

  test("a huge one is cut to 64 KiB at a frame", () => {
    const sent = new Error("x");
    sent.stack = `Error: x${"\n    at frame (file.js:1:1)".repeat(100_000)}`;
    const stack = crossError(sent).stack as string;
    expect(stack.length).toBeLessThanOrEqual(64 * 1024);
    expect(stack.endsWith("\n    at frame (file.js:1:1)")).toBe(true);
  });

  test("a huge message does not crowd out the frames", () => {
    const stack = crossError(new Error("m".repeat(200_000))).stack as string;
    expect(stack).toContain("\n    at ");
    expect(stack.length).toBeLessThanOrEqual(64 * 1024);
  });

  test("maxLength bounds the whole tree", () => {
    const members = Array.from({ length: 500 }, () =>
      Object.assign(new Error("m".repeat(100)), { field: "f".repeat(100) }),
    );
    const remote = toRemoteError(new AggregateError(members, "all"), { maxLength: 8192 });
    expect(remote.message).toBe("all");
    const { length } = RemoteErrorCodec.encode(remote).finish();
    expect(length).toBeLessThan(8192 + 500 * 16);
  });
});

describe("what is not an error", () => {
  test.each([
    ["a string", "text"],
    ["a number", 7],
    ["null", null],
    ["an object", { reason: ["x"] }],
    ["false", false],
    ["empty text", ""],
  ])("%s arrives as thrown", (_title, value) => expect(cross(value)).toStrictEqual(value));

  test("undefined arrives as null, as everywhere in JSON", () => {
    expect(cross(undefined)).toBeNull();
  });

  test("an object without a prototype arrives as a plain one", () => {
    expect(cross(Object.assign(Object.create(null), { message: "m" }))).toStrictEqual({ message: "m" });
  });

  test.each([
    ["a symbol (s)", Symbol("s")],
    ["a function", () => 1],
    ["a BigInt", 1n],
    ["an instance of Map", new Map()],
  ])("%s is named by a NOT_SERIALIZABLE error", (title, value) => {
    const arrived = cross(value);
    expect(IsolationError.is(arrived, "NOT_SERIALIZABLE")).toBe(true);
    expect((arrived as Error).message).toContain(`what was thrown is ${title}`);
  });
});

describe("an IsolationError", () => {
  test("arrives with its code, facts, cause and message", () => {
    const sent = new IsolationError("METHOD_NOT_FOUND", "no such export", {
      cause: new TypeError("c"),
      facts: { pid: 7 },
    });
    const remote = toRemoteError(sent);
    expect(remote.frameworkCode).toBe("METHOD_NOT_FOUND");
    const arrived = cross(sent) as IsolationError;
    expect(arrived).toBeInstanceOf(IsolationError);
    expect(arrived).toMatchObject({
      code: "METHOD_NOT_FOUND",
      facts: { pid: 7 },
      message: sent.message,
      name: sent.name,
    });
    expect(arrived.cause).toBeInstanceOf(TypeError);
  });

  test("of a code that only a later version knows keeps it", () => {
    const arrived = fromRemoteError({ ...toRemoteError(new Error("m")), frameworkCode: "QUOTA_SPENT" }) as Error;
    expect(IsolationError.is(arrived)).toBe(true);
    expect(arrived).toMatchObject({ code: "QUOTA_SPENT", message: "QUOTA_SPENT: m" });
  });

  test("of what is no code becomes PROTOCOL and says both", () => {
    const arrived = fromRemoteError({ ...toRemoteError(new Error("m")), frameworkCode: "toString" }) as IsolationError;
    expect(arrived.code).toBe("PROTOCOL");
    expect(arrived.message).toContain('unknown code "toString": m');
  });
});

describe("an application's own class", () => {
  test("unregistered, arrives as an Error with its name and fields", () => {
    const arrived = crossError(new QuotaError("full", 5));
    expect(Object.getPrototypeOf(arrived)).toBe(Error.prototype);
    expect(arrived).toMatchObject({ name: "QuotaError", message: "full", quota: 5 });
  });

  test("registered, arrives as an instance, without its constructor having run", () => {
    undo.push(registerErrorClass(QuotaError));
    const arrived = crossError(new QuotaError("full", 5)) as unknown as QuotaError;
    expect(arrived).toBeInstanceOf(QuotaError);
    expect(arrived.half).toBe(2.5);
    expect(arrived.message).toBe("full");
  });

  test("registered with `from`, is made by it", () => {
    undo.push(
      registerErrorClass(QuotaError, {
        from: ({ message, quota }) => new QuotaError(`${message}!`, Number(quota) * 10),
      }),
    );
    const sent = new QuotaError("full", 5);
    const arrived = crossError(sent);
    expect(arrived).toBeInstanceOf(QuotaError);
    expect(arrived).toMatchObject({ message: "full!", quota: 50, stack: sent.stack });
  });

  test("whose `from` throws still arrives, as an instance", () => {
    undo.push(
      registerErrorClass(QuotaError, {
        from: () => {
          throw new Error("no");
        },
      }),
    );
    expect(crossError(new QuotaError("full", 5))).toBeInstanceOf(QuotaError);
  });

  test("with a name of its own is found by that name", () => {
    class HttpError extends TypeError {
      override name = "E_HTTP";
      status = 500;
    }
    undo.push(registerErrorClass(HttpError, { name: "E_HTTP" }));
    const arrived = crossError(new HttpError("x"));
    expect(arrived).toBeInstanceOf(HttpError);
    expect(arrived).toMatchObject({ name: "E_HTTP", status: 500 });
  });

  test("cannot take a built-in's name, nor another class's", () => {
    class Other extends Error {}
    for (const name of ["TypeError", "IsolationError", "DOMException", ""]) {
      expect(() => registerErrorClass(Other, { name })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
    undo.push(registerErrorClass(QuotaError));
    expect(() => registerErrorClass(Other, { name: "QuotaError" })).toThrow("already registered");
  });
});

test("an error loses what is shared in it without end, and nothing else", () => {
  const often = Array.from({ length: 30 }).reduce<unknown[]>((inner) => [inner, inner], []);
  const large = Object.assign(new Error("large"), { list: Array.from({ length: 300_000 }, () => []) });
  const error = Object.assign(new AggregateError(Array(1_000).fill(large), "many"), { often, more: often, plain: [1] });
  const arrived = crossError(error);
  expect(arrived).toMatchObject({ message: "many", plain: [1] });
  expect(arrived.often).toBeUndefined();
  expect((arrived.errors as unknown[])[0]).toMatchObject({ message: "large" });
});

describe("a hostile error never makes toRemoteError throw", () => {
  const trap = () => {
    throw new Error("trapped");
  };
  const bad: Array<[string, () => unknown]> = [
    [
      "getters that throw",
      () =>
        Object.defineProperties(
          new Error("x"),
          Object.fromEntries(
            ["stack", "message", "name", "code", "cause", "field"].map((key) => [key, { get: trap, enumerable: true }]),
          ),
        ),
    ],
    ["a message that is an object", () => Object.assign(new Error(), { message: { toString: trap } })],
    [
      "a message that is a symbol",
      () => Object.assign(new Error(), { message: Symbol("m"), name: 5, stack: 6, code: Number.NaN }),
    ],
    ["a proxy that traps all", () => new Proxy(new Error("x"), new Proxy({}, { get: () => trap }))],
    ["a proxy of an error", () => new Proxy(new TypeError("x"), {})],
    [
      "a revoked proxy",
      () => {
        const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
        revoke();
        return proxy;
      },
    ],
    ["a frozen error", () => Object.freeze(Object.assign(new Error("x"), { a: 1 }))],
    ["an error without a prototype", () => Object.setPrototypeOf(new Error("x"), null)],
    ["an object that inherits from Error.prototype", () => Object.create(Error.prototype)],
    [
      "an AggregateError whose members throw",
      () => Object.assign(new AggregateError([]), { errors: new Proxy([1], { get: trap }) }),
    ],
    [
      "a stack that is prepared by code that throws",
      () => Object.defineProperty(new Error("x"), "stack", { get: trap }),
    ],
    ["a constructor that throws", () => Object.defineProperty(new Error("x"), "constructor", { get: trap })],
  ];
  test.each(bad)("%s", (_title, make) => {
    const remote = toRemoteError(make());
    expect(() => cross(make())).not.toThrow();
    expect(remote.name === "" && remote.thrown === undefined).toBe(false);
  });
});
