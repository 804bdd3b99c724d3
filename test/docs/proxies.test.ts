import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createRemote } from "../../src/isolator/remote.js";
import { codeIn, readDocument, rowsOf, sectionOf } from "./markdown.js";

const section = sectionOf(readDocument("docs/proxies.md"), "Names that a proxy answers itself");
const [probed = [], ofObjects = [], ofFunctions = []] = rowsOf(section).map(([, names = ""]) => codeIn(names));

const called: string[] = [];
const api = createRemote<Record<string, Record<string, unknown>>>(
  "documented",
  (path) => async () => called.push(path),
);

/** What a proxy has for a name that is a member. */
const isMember = (value: unknown): boolean => typeof value === "function" && Object.hasOwn(value, "name");

test("names that are documented as probed are on no proxy", () => {
  const names = probed.flatMap((name) => (name === "@@" ? ["@@iterator", "@@__IMMUTABLE_MAP__@@"] : [name]));
  expect(names.length).toBeGreaterThan(20);
  for (const proxy of [api, api.member]) {
    for (const name of names) expect(Reflect.get(proxy as object, name), name).toBeUndefined();
  }
});

test("names that are documented as those of every object, or function, are theirs", () => {
  for (const name of ofObjects) expect(name in {}, name).toBe(true);
  for (const name of ofObjects.filter((own) => own !== "toString" && own !== "constructor")) {
    expect(Reflect.get(api, name), name).toBe(
      name === "__proto__" ? Object.getPrototypeOf(api) : Reflect.get({}, name),
    );
  }
  for (const name of ofFunctions) {
    const value: unknown = Reflect.get(api.member as object, name);
    expect(name in Function.prototype ? value : undefined, name).not.toEqual(expect.any(Promise));
    expect(isMember(value) && value !== Reflect.get(Function.prototype, name), `${name}: ${inspect(value)}`).toBe(
      false,
    );
  }
  expect(called).toEqual([]);
});

test("other names are members, also of members", () => {
  for (const name of ["name", "call", "listener", "length"]) expect(isMember(Reflect.get(api, name)), name).toBe(true);
  expect(isMember(api.member?.other)).toBe(true);
});
