import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostFunction } from "../../src/kernel/grants/host-targets.js";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { kernelFixture, useKernel } from "./use-kernel.js";

type Caller = typeof import("../fixtures/kernel/caller.mjs");

const STORE = kernelFixture("store.mjs");
const CALLER = kernelFixture("caller.mjs");

async function callerWith(uses: unknown, host: Record<string, unknown> = {}) {
  const isolates = { store: { module: STORE }, other: { module: STORE }, caller: { module: CALLER, uses } };
  const kernel = await useKernel({ isolates } as never, { host });
  return kernel.isolate<Caller>("caller").api;
}

test.each([
  ["an isolate that it does not name", {}, "store", "add"],
  ["another isolate than the one that it names", { store: "*" }, "other", "add"],
  ["an export that is not granted", { store: ["get"] }, "store", "add"],
  ["a member of an export that is not granted", { store: ["add"] }, "store", "nested.deep.add"],
  ["an isolate that does not exist", { store: "*" }, "nobody", "add"],
  ["itself", { store: "*" }, "caller", "pid"],
  ["the host", { store: "*" }, "host", "secret"],
  ["the host by another name", { "host.log": "*" }, "host", "log.info"],
  ["the module of the process itself", { store: "*" }, "pihost:", "setData"],
  ["a name that objects have", { store: "*" }, "__proto__", "add"],
])("%s is NOT_GRANTED", async (_, uses, target, method) => {
  const caller = await callerWith(uses, { secret: () => "secret", log: { info: () => {} } });
  const error = await isolationError(caller.call(target, method, [1, 2]));
  expect(error.code).toBe("NOT_GRANTED");
  expect(error.message).toContain("caller may not");
  expect(error.message).toContain(target);
});

test("a grant may name exports, whose members are granted with them", async () => {
  const caller = await callerWith({ store: ["add", "nested.deep"] });
  expect(await caller.call("store", "add", [1, 2])).toBe(3);
  expect(await caller.call("store", "nested.deep.add", [1, 2])).toBe(3);
  expect((await isolationError(caller.call("store", "nestedness"))).code).toBe("NOT_GRANTED");
});

test("the refusal names caller, target, what is granted, and the line of the manifest", async () => {
  const folder = useDirectory();
  const file = join(folder, "pihost.yaml");
  writeFileSync(
    file,
    `isolates:\n  store:\n    module: ${STORE}\n  caller:\n    module: ${CALLER}\n    uses:\n      store: [get, set]\n`,
  );
  const kernel = await useKernel(file);
  const error = await isolationError(kernel.isolate<Caller>("caller").api.call("store", "add"));
  expect(error.message).toBe(
    `NOT_GRANTED: caller may not call add of store: its uses grant get, set; add in isolates.caller.uses.store would grant it (${file}:7:7)`,
  );
});

test("without a grant for the target, it says what would be one", async () => {
  const caller = await callerWith({});
  const error = await isolationError(caller.call("store", "add"));
  expect(error.message).toBe(
    'NOT_GRANTED: caller may not use store: its uses in the manifest do not name it; "store": [add] in isolates.caller.uses would grant add',
  );
});

describe("functions of the host", () => {
  test("are granted like isolates, as a whole or in part", async () => {
    const lines: string[] = [];
    const host = { log: { info: (line: string) => void lines.push(line) }, clock: () => 42 };
    const caller = await callerWith({ "host.log": ["info"], host: ["clock"] }, host);
    await caller.call("host.log", "info", ["hello"]);
    expect(lines).toEqual(["hello"]);
    expect(await caller.call("host", "clock")).toBe(42);
  });

  test("throw what they throw, and have their object as this", async () => {
    class Db {
      rows = [1, 2];
      count() {
        return this.rows.length;
      }
      fail() {
        throw new RangeError("no such row");
      }
    }
    const caller = await callerWith({ "host.db": "*" }, { db: new Db() });
    expect(await caller.call("host.db", "count")).toBe(2);
    await expect(caller.call("host.db", "fail")).rejects.toThrow(RangeError);
  });

  test.each(["constructor", "__proto__.toString", "toString", "hasOwnProperty", "info.call", "info.constructor", ""])(
    "%j is out of reach, also for a process that forges the call",
    (method) => {
      const host = { log: { info: () => {} } };
      expect(() => hostFunction(host, "host.log", method)).toThrow("METHOD_NOT_FOUND");
    },
  );

  test("that the host does not offer are refused at the start", async () => {
    const error = await isolationError(callerWith({ "host.lag": "*" }, { log: {} }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain('isolates.caller.uses grants of host.lag; did you mean "log"?');
  });

  test("that are not there are told by name", async () => {
    const caller = await callerWith({ "host.log": "*" }, { log: { info: () => {} } });
    const error = await isolationError(caller.call("host.log", "inof"));
    expect(error.message).toBe('METHOD_NOT_FOUND: the host offers no function "host.log.inof"; did you mean "info"?');
  });
});

describe("handing on", () => {
  test.each(["handOnStore", "handOnProxy"] as const)("is refused, by %s", async (method) => {
    const caller = await callerWith({ store: "*" });
    const error = await isolationError(caller[method]());
    expect(error.code).toBe("NOT_GRANTED");
    expect(error.message).toContain("handOn: true");
  });

  test("is allowed where the manifest says so", async () => {
    const caller = await callerWith({ store: { exports: "*", handOn: true } });
    expect(await caller.handOnStore()).toEqual([Number.NaN]);
  });
});
