import { describe, expect, test } from "vitest";
import { capabilitiesOf, FEATURES, type Feature, type Hello } from "../../src/contract/index.js";
import type { Greeting } from "../../src/process/index.js";
import type { Recorder } from "../../src/recording/index.js";
import { type AnsweringSpec, answerHello, speaksOnDescriptor } from "../../src/supervision/answer-hello.js";

const SHARED = { folder: "/dev/shm/pi-host-0/1-1", ownPrefix: "h", peerPrefix: "p" };
const ALL = [...FEATURES];
const without = (...left: Feature[]): Feature[] => ALL.filter((feature) => !left.includes(feature));

const SPEC: AnsweringSpec = {
  isolate: "store",
  from: "file:///home/a/",
  lane: "descriptor",
  needs: [],
  lifecycle: [],
  maxPayloadBytes: 1_000,
  confinement: { integrity: [] },
};

const HELLO: Hello = {
  protocol: 1,
  pid: 1,
  runtime: "node v20",
  version: "1.0.0",
  sessionOnDescriptor: true,
  sharedMemory: false,
  checksIntegrity: false,
  oldestProtocol: 1,
  features: [],
  values: [],
};

function greet(features: readonly Feature[], sessionOnDescriptor = true): Greeting {
  const hello = { ...HELLO, features: [...features], values: ["map"], sessionOnDescriptor };
  return { protocol: 1, capabilities: capabilitiesOf(hello), peer: "process-isolation 1.0.0 on node" };
}

/** What a process of 0.1.0 says, which knew no names. */
function greetUnnamed(): Greeting {
  return { protocol: 1, capabilities: capabilitiesOf(HELLO), peer: "process-isolation 0.1.0 on node" };
}

interface Given {
  readonly spec?: Partial<AnsweringSpec>;
  readonly denied?: readonly string[];
  readonly inspection?: "off" | "open" | "wait";
}

/** The answer, and what the process was provided with for it. */
function answer(greeting: Greeting, { spec, denied = [], inspection = "off" }: Given = {}) {
  const asked: { socket: boolean; sharedMemory: boolean }[] = [];
  const launch = {
    provide: (ways: { readonly socket: boolean; readonly sharedMemory: boolean }) => {
      asked.push(ways);
      return {
        address: ways.socket ? "/run/s" : "",
        sharedMemory: ways.sharedMemory ? SHARED : undefined,
        listeningDescriptor: 5,
      };
    },
    deniedPermissions: denied,
  };
  const go = answerHello(greeting, { ...SPEC, ...spec }, launch, { number: 3, token: "secret", inspection });
  return { go, asked };
}

test("a process is told who it is, and what it was provided with", () => {
  const { go, asked } = answer(greet(ALL), { denied: ["--allow-worker"] });
  expect(go).toMatchObject({
    protocol: 1,
    token: "secret",
    isolate: "store",
    generation: 3,
    from: "file:///home/a/",
    address: "/run/s",
    sharedMemory: SHARED.folder,
    sessionOnDescriptor: true,
    listeningDescriptor: 5,
    deniedPermissions: ["--allow-worker"],
    maxPayload: 1_000,
  });
  expect(asked).toEqual([{ socket: true, sharedMemory: true }]);
});

test("a bound that no number of the contract holds is none", () => {
  expect(answer(greet(ALL), { spec: { maxPayloadBytes: Number.POSITIVE_INFINITY } }).go.maxPayload).toBe(0);
});

describe("the Session is on the descriptor", () => {
  test.each<[string, Greeting, AnsweringSpec["lane"], boolean]>([
    ["where both sides want it there", greet(ALL), "descriptor", true],
    ["but not where the host wants the socket", greet(ALL), "socket", false],
    ["but not where the process has none there", greet(ALL, false), "descriptor", false],
    ["but not where the process has no Session", greet(without("session")), "descriptor", false],
  ])("%s", (_, greeting, lane, isThere) => {
    expect(speaksOnDescriptor(greeting, { lane })).toBe(isThere);
    const { go, asked } = answer(greeting, { spec: { lane } });
    expect(go.sessionOnDescriptor).toBe(isThere);
    // On a socket, nobody could tell whose segments are meant.
    expect(asked).toEqual([{ socket: true, sharedMemory: isThere }]);
  });
});

describe("a process is provided with nothing", () => {
  test("that it has no feature for", () => {
    expect(answer(greet(without("socket"))).asked).toEqual([{ socket: false, sharedMemory: true }]);
    expect(answer(greet(without("shared-memory"))).asked).toEqual([{ socket: true, sharedMemory: false }]);
    expect(answer(greet(without("shared-memory"))).go.sharedMemory).toBe("");
  });

  test("that would be in no record", () => {
    expect(answer(greet(ALL), { spec: { recorder: {} as Recorder } }).asked).toEqual([
      { socket: true, sharedMemory: false },
    ]);
  });
});

describe("the features of a process", () => {
  const ALWAYS = without("socket", "shared-memory", "integrity", "permissions", "debug");
  const used = (features: readonly Feature[], given: Given = {}): Set<string> =>
    new Set(answer(greet(features), given).go.features);

  test("are used as far as there is something to use", () => {
    expect(used(ALL)).toEqual(new Set([...ALWAYS, "socket", "shared-memory"]));
    expect(used(without("socket", "shared-memory"))).toEqual(new Set(ALWAYS));
    const all = {
      spec: {
        confinement: { integrity: [{ path: "/a.mjs", digest: "sha256-" }] },
      } as unknown as Partial<AnsweringSpec>,
      denied: ["--allow-worker"],
      inspection: "open" as const,
    };
    expect(used(ALL, all)).toEqual(new Set(ALL));
  });

  test("are not named to a process that named none", () => {
    expect(answer(greetUnnamed()).go.features).toEqual([]);
  });
});

describe("a debugger", () => {
  test.each([
    ["off", false, false],
    ["open", false, true],
    ["wait", true, false],
  ] as const)("is told of where it is %s", (inspection, debug, inspect) => {
    expect(answer(greet(ALL), { inspection }).go).toMatchObject({ debug, inspect });
    expect(answer(greet(without("debug")), { inspection }).go).toMatchObject({ debug: false, inspect: false });
  });
});

describe("the modules whose start and stop the process calls", () => {
  test.each<[AnsweringSpec["lifecycle"], string[], boolean]>([
    [[], [], false],
    [["a", "b"], ["a", "b"], false],
    [true, [], true],
  ])("%j", (lifecycle, named, all) => {
    expect(answer(greet(ALL), { spec: { lifecycle } }).go).toMatchObject({ lifecycle: named, lifecycleOfAll: all });
    const { go } = answer(greet(without("lifecycle")), { spec: { lifecycle } });
    expect(go).toMatchObject({ lifecycle: [], lifecycleOfAll: false });
  });
});

describe("an option that a process cannot keep", () => {
  const needs = [
    { option: "setData", feature: "data" },
    { option: "integrity", feature: "integrity" },
  ] as const;

  test("is refused by name, before anything is provided", () => {
    expect(() => answer(greet(without("integrity")), { spec: { needs } })).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: expect.stringMatching(
          /integrity needs a runtime with the feature "integrity".*\(process-isolation 1\.0\.0/,
        ),
      }),
    );
    expect(answer(greet(ALL), { spec: { needs } }).go.protocol).toBe(1);
  });

  test("is a breach of the contract by a process of 0.1.0, which says less than it must", () => {
    const asked = { spec: { needs: needs.filter(({ feature }) => feature === "integrity") } };
    expect(() => answer(greetUnnamed(), asked)).toThrow(
      expect.objectContaining({ code: "PROTOCOL", message: expect.stringContaining("does not check modules") }),
    );
    const others = { spec: { needs: [{ option: "other", feature: "shared-memory" }] as const } };
    expect(() => answer(greetUnnamed(), others)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
