import { describe, expect, test } from "vitest";
import { readManifest } from "../../../src/kernel/manifest/index.js";
import { problemsOf, problemsOfObject } from "../use-manifest.js";

const A = { module: "./a.js" };

/** The problem of a manifest whose isolate `a` has these fields, too. */
async function problemOf(fields: object): Promise<string | undefined> {
  const problems = await problemsOfObject({ isolates: { a: { ...A, ...fields } } });
  expect(problems).toHaveLength(1);
  return problems[0];
}

test("all mistakes are told at once, in the order of the file, each with its place", async () => {
  const text = [
    "nam: shop",
    "isolates:",
    "  store:",
    "    module: ./store.js",
    "    limits: { memory: 256M, cpus: 50 }",
    "  parser:",
    "    module: ./parser.js",
    "    uses: { stor: [get] }",
    "    essential: sometimes",
    "  stats: {}",
  ].join("\n");
  expect(await problemsOf(text)).toEqual([
    expect.stringMatching(/^pihost\.yaml:1:1: nam is not known; did you mean "name"\?; what is known here: .*isolates/),
    expect.stringMatching(/^pihost\.yaml:5:29: isolates\.store\.limits\.cpus is not known; did you mean "cpu"\?/),
    expect.stringMatching(
      /^pihost\.yaml:5:23: isolates\.store\.limits\.memory must be .* of at least 33554432 bytes; received '256M'$/,
    ),
    expect.stringMatching(
      /^pihost\.yaml:8:13: isolates\.parser\.uses\.stor must be an isolate, host or a gRPC service; received "stor"; did you mean "store"\?/,
    ),
    "pihost.yaml:9:16: isolates.parser.essential must be true or false; received 'sometimes'",
    expect.stringMatching(/^pihost\.yaml:10:3: isolates\.stats\.module must be a path such as .*; it is missing$/),
  ]);
});

test("of very many mistakes the first are told, and how many more there are", async () => {
  const fields = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`unknown${index}`, 1]));
  const problems = await problemsOfObject({ isolates: { a: A }, ...fields });
  expect(problems).toHaveLength(21);
  expect(problems.at(-1)).toBe("and 10 more");
});

test("an empty value is a value, and a wrong one", async () => {
  expect(await problemsOf("isolates:\n  a:\n    module: ./a.js\n    limits:\n")).toEqual([
    expect.stringMatching(/^pihost\.yaml:4:12: isolates\.a\.limits must be an object with memory, .*; received null$/),
  ]);
});

test("undefined in an object is the same as left out", async () => {
  const manifest = { name: undefined, isolates: { a: { ...A, limits: undefined } } };
  expect((await readManifest(manifest as never)).isolates.get("a")?.options.limits).toBeUndefined();
});

test("a manifest needs an isolate", async () => {
  expect(await problemsOfObject({})).toEqual(["the manifest must have at least one isolate"]);
  expect(await problemsOfObject({ isolates: {} })).toEqual(["the manifest must have at least one isolate"]);
});

describe("names", () => {
  test.each([["a b"], [""], ["-a"], ["a".repeat(65)], ["ü"]])("%j is no name of an isolate", async (name) => {
    const [problem] = await problemsOfObject({ isolates: { [name]: A } });
    expect(problem).toContain("must have another name: 1 to 64 letters, digits");
  });

  test.each([["host"], ["host.log"]])("%s is the host's", async (name) => {
    const [problem] = await problemsOfObject({ isolates: { [name]: A } });
    expect(problem).toContain('must have another name: "host" is the host itself');
  });

  test("a key that would be the prototype is refused wherever it stands", async () => {
    const text =
      '{ "isolates": { "__proto__": { "module": "./a.js" }, "a": { "module": "./a.js", "data": { "__proto__": 1 } } } }';
    expect(await problemsOf(text, "pihost.json")).toEqual([
      expect.stringContaining("isolates.__proto__ must have another name"),
      expect.stringContaining("isolates.a.data.__proto__ must have another name"),
    ]);
    expect(await problemsOf('{ "__proto__": 1, "isolates": {} }', "pihost.json")).toContainEqual(
      expect.stringContaining("__proto__ is not known"),
    );
  });

  test("names of what every object has are names like others, and fields that are not known", async () => {
    const manifest = await readManifest({
      isolates: { constructor: { ...A }, toString: { ...A, uses: ["constructor"] } },
    } as never);
    expect([...manifest.isolates.keys()]).toEqual(["constructor", "toString"]);
    expect(await problemOf({ hasOwnProperty: 1 })).toContain("isolates.a.hasOwnProperty is not known");
  });

  test("nothing comes in through a prototype", async () => {
    const isolate = Object.assign(Object.create({ module: "./a.js" }) as object, { essential: true });
    expect(await problemsOfObject({ isolates: { a: isolate } })).toEqual([
      expect.stringContaining("isolates.a must be"),
    ]);
  });
});

test("what contains itself is refused, in YAML and in objects", async () => {
  expect(await problemsOf("groups: &all\n  g:\n    groups: *all\n")).toEqual([
    expect.stringMatching(/^pihost\.yaml:\d+:\d+: groups\.g\.groups must not contain itself$/),
  ]);
  const limits = { cpu: {} };
  limits.cpu = limits;
  expect(await problemOf({ limits })).toBe("isolates.a.limits.cpu must not contain itself");
  const shared = { cpu: 50 };
  await readManifest({ isolates: { a: { ...A, limits: shared }, b: { ...A, limits: shared } } });
});

test.each([["file://other-machine/a.js"], ["file://["]])("%s is no place of this machine", async (url) => {
  expect(await problemOf({ cwd: url })).toMatch(/^isolates\.a\.cwd must be a path; received/);
});

describe("fields that a manifest does not have say why", () => {
  test.each([
    ["name", "x", "named by its key"],
    ["from", "/", "the manifest's folder"],
    ["onCrash", "stay-down", "restart and supervision"],
    ["onGeneration", () => {}, "export start()"],
    ["preload", true, "loads the module"],
    ["lifecycle", true, "start() and stop()"],
    ["discoverable", true, "front door"],
    ["signal", AbortSignal.abort(), "Kernel.start"],
  ])("%s", async (field, value, why) => {
    const problem = await problemOf({ [field]: value });
    expect(problem).toMatch(`isolates.a.${field} cannot be set in a manifest: `);
    expect(problem).toContain(why);
  });

  test("onExhausted of a group", async () => {
    const groups = { g: { isolates: { a: A }, supervision: { onExhausted: "stop" } } };
    expect(await problemsOfObject({ groups })).toEqual([
      "groups.g.supervision.onExhausted cannot be set in a manifest: an exhausted group is a death in its parent",
    ]);
  });
});

describe("instances", () => {
  test.each<[string, object, string]>([
    ["no number of them", { instances: 0 }, "isolates.a.instances must be a whole number from 1 to 1024"],
    ["an option that pools do not have", { instances: { most: 1 } }, "isolates.a.instances"],
    [
      "more than at the most",
      { instances: { min: 3, max: 2 } },
      "isolates.a.instances.min must be at most max, which is 2; received 3",
    ],
    [
      "maxInFlight beside them",
      { instances: 2, maxInFlight: 4 },
      "cannot be set beside instances: give instances.concurrency",
    ],
    ["standby beside them", { instances: 2, standby: 1 }, "cannot be set beside instances: give instances.spares"],
  ])("%s", async (_, definition, problem) => {
    expect(await problemOf(definition)).toContain(problem);
  });
});

describe("kinds of values", () => {
  test.each<[string, object, string]>([
    ["a list for a record", { data: [] }, "isolates.a.data must be an object; received []"],
    ["a class for an object", { limits: new Map() }, "isolates.a.limits must be an object with"],
    ["another word", { restart: "always" }, 'must be "permanent", "transient" or "temporary"; received \'always\''],
    ["a text for a number", { standby: "1" }, "isolates.a.standby must be a whole number from 0 to 64; received '1'"],
    ["a fraction", { standby: 0.5 }, "must be a whole number from 0 to 64; received 0.5"],
    ["no number", { callTimeoutMs: Number.NaN }, "isolates.a.callTimeoutMs must be a number from 1 to 2147483647"],
    ["a hole in a list", { execArgv: new Array(1) }, "isolates.a.execArgv[0] must be a text that is not empty"],
    ["a number in the environment", { env: { PORT: 80 } }, "isolates.a.env.PORT must be a text, with quotes where"],
    [
      "a stream",
      { stdout: process.stdout },
      'isolates.a.stdout must be "events", "inherit" or "ignore" or an object with',
    ],
    ["an address that is no file", { module: new URL("https://example.com/a.js") }, "isolates.a.module must be a path"],
    ["a file without its name", { stdout: { maxBytes: 1 } }, "isolates.a.stdout.file must be a path; it is missing"],
  ])("%s is refused", async (_, fields, message) => {
    expect(await problemOf(fields)).toContain(message);
  });
});

describe("options are judged by the rules of ProcessIsolator.create", () => {
  test.each<[string, object, string]>([
    ["limits.memory", { limits: { memory: "1MB" } }, "isolates.a.limits.memory must be"],
    ["limits.memory.soft", { limits: { memory: { soft: "2GB", hard: "1GB" } } }, "less than limits.memory.hard"],
    ["limits.affinity", { limits: { affinity: "cpu99999" } }, "isolates.a.limits.affinity must be a list such as"],
    ["cwd", { cwd: "./nowhere" }, "isolates.a.cwd must be a folder that exists"],
    ["permissions.fsRead", { permissions: { fsRead: ["./*"] } }, "isolates.a.permissions"],
    ["integrity.sha256", { integrity: { sha256: "abc" } }, "isolates.a.integrity.sha256 must be 64 hexadecimal digits"],
    ["diagnostics.directory", { diagnostics: { directory: "./nowhere" } }, "isolates.a.diagnostics.directory must be"],
    [
      "what is for another runtime",
      { runtime: "python", execArgv: ["-v"] },
      'isolates.a.execArgv is for runtime: "node"',
    ],
    ["what needs another option", { uid: 1 }, "isolates.a"],
  ])("%s", async (_, fields, message) => {
    expect(await problemOf(fields)).toContain(message);
  });

  test("several wrong options are all told, with their places", async () => {
    const text = [
      "isolates:",
      "  a:",
      "    module: ./a.js",
      "    cwd: ./nowhere",
      "    limits:",
      "      memory: 1MB",
      "    maxPayload: 1KB",
    ].join("\n");
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(
        /^pihost\.yaml:4:10: isolates\.a\.cwd must be a folder that exists; received '\/.*nowhere'$/,
      ),
      expect.stringMatching(/^pihost\.yaml:6:15: isolates\.a\.limits\.memory must be .*; received '1MB'$/),
      expect.stringMatching(/^pihost\.yaml:7:17: isolates\.a\.maxPayload must be .*; received '1KB'$/),
    ]);
  });
});

test("a path of a socket that is longer than the system takes is refused, rather than cut off", async () => {
  const problems = await problemsOf(`socket: ./${"x".repeat(120)}.sock\nisolates: { a: { module: ./a.js } }\n`);
  expect(problems).toEqual([
    expect.stringMatching(/^pihost\.yaml:1:9: socket must be a path of at most 10[37] bytes, .*; received '\//),
  ]);
});
