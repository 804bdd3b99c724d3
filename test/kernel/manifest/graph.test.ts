import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type KernelManifest, readManifest } from "../../../src/kernel/manifest/index.js";
import { startOrder } from "../../../src/kernel/manifest/start-order.js";
import { processorTimeOf } from "../../helpers/processor-time.js";
import { problemsOf, problemsOfObject, readYaml, useManifestFile } from "../use-manifest.js";

type Isolates = NonNullable<KernelManifest["isolates"]>;

/** Isolates by name with what each uses. */
function using(uses: Readonly<Record<string, Isolates[string]["uses"]>>): KernelManifest {
  const isolates = Object.entries(uses).map(([name, used]) => [
    name,
    { module: `./${name}.js`, ...(used === undefined ? {} : { uses: used }) },
  ]);
  return { isolates: Object.fromEntries(isolates) as Isolates };
}

describe("the order of the start", () => {
  test("an isolate starts after all that it uses, and beside what it has nothing to do with", async () => {
    const manifest = await readManifest(
      using({ web: ["api"], api: ["store", "log"], store: ["log"], log: undefined, other: undefined }),
    );
    expect(manifest.layers).toEqual([["log", "other"], ["store"], ["api"], ["web"]]);
    expect([...manifest.isolates.keys()]).toEqual(["log", "other", "store", "api", "web"]);
    expect(manifest.isolates.get("api")?.dependencies).toEqual(["store", "log"]);
  });

  test("many that all use each other are in order at once", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `i${index}`);
    const dependencies = new Map(names.map((name, index) => [name, names.slice(0, index)]));
    const ordered = processorTimeOf(() => {
      expect(startOrder(dependencies)).toEqual({ kind: "layers", layers: names.map((name) => [name]) });
    });
    // A look at all that waits, for each layer, would take 3 s.
    expect(ordered).toBeLessThan(1_500);
  });

  test("the host and its functions are there before all", async () => {
    const { layers, isolates } = await readManifest(using({ a: ["host", "host.log", "host.log.info"] }));
    expect(layers).toEqual([["a"]]);
    expect([...(isolates.get("a")?.uses.keys() ?? [])]).toEqual(["host", "host.log", "host.log.info"]);
  });

  test("a cycle is refused as a path that ends where it began, at the edge where it is written", async () => {
    const text = [
      "isolates:",
      "  a: { module: ./a.js, uses: [b] }",
      "  b: { module: ./b.js, uses: { c: '*' } }",
      "  c: { module: ./c.js, uses: [b] }",
    ].join("\n");
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(
        /^pihost\.yaml:3:24: isolates\.b\.uses must make no cycle; received b -> c -> b\. .*lazy: true/,
      ),
    ]);
  });

  test("all cycles are told at once, those that are broken at one isolate together", async () => {
    const text = [
      "isolates:",
      "  a: { module: ./a.js, uses: [b, c] }",
      "  b: { module: ./b.js, uses: [a] }",
      "  c: { module: ./c.js, uses: [a] }",
      "  d: { module: ./d.js, uses: [e] }",
      "  e: { module: ./e.js, uses: [d] }",
    ].join("\n");
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(
        /^pihost\.yaml:2:24: isolates\.a\.uses must make no cycle; received a -> b -> a and a -> c -> a\./,
      ),
      expect.stringMatching(/^pihost\.yaml:5:24: isolates\.d\.uses must make no cycle; received d -> e -> d\./),
    ]);
  });

  test("a lazy edge breaks a cycle: it is granted, and not waited for", async () => {
    const { layers, isolates } = await readManifest(using({ a: { b: { lazy: true } }, b: ["a"] }));
    expect(layers).toEqual([["a"], ["b"]]);
    expect(isolates.get("a")).toMatchObject({ dependencies: [] });
    expect(isolates.get("a")?.uses.get("b")).toEqual({ exports: "*", lazy: true, handOn: false });
  });

  test("who uses a gRPC service waits for all that serve it", async () => {
    const grpc = { proto: "./x.proto", services: ["x.v1.Echo"] };
    const { layers, isolates } = await readManifest({
      isolates: {
        client: { module: "./client.js", uses: { "x.v1.Echo": ["Say"] } },
        one: { module: "./one.js", grpc },
        two: { module: "./two.js", grpc, uses: ["x.v1.Echo"] },
      },
    });
    expect(layers).toEqual([["one"], ["two"], ["client"]]);
    expect(isolates.get("client")?.dependencies).toEqual(["one", "two"]);
  });
});

describe("uses", () => {
  test("everything, some exports, or that with more to say", async () => {
    const { isolates } = await readManifest(
      using({
        a: { b: "*", c: ["get"], d: { exports: ["x"], handOn: true } },
        b: undefined,
        c: undefined,
        d: undefined,
      }),
    );
    expect([...(isolates.get("a")?.uses ?? [])]).toEqual([
      ["b", { exports: "*", lazy: false, handOn: false }],
      ["c", { exports: ["get"], lazy: false, handOn: false }],
      ["d", { exports: ["x"], lazy: false, handOn: true }],
    ]);
  });

  test("itself is refused", async () => {
    expect(await problemsOfObject(using({ a: ["a"] }))).toEqual([
      expect.stringMatching(/^isolates\.a\.uses\[0\] must be another/),
    ]);
  });

  test("an unknown target is refused with the closest name", async () => {
    expect(await problemsOfObject(using({ parser: ["stores"], store: undefined }))).toEqual([
      'isolates.parser.uses[0] must be an isolate, host or a gRPC service; received "stores"; did you mean "store"?; there are host, store',
    ]);
  });

  test("what only looks like the host is not", async () => {
    expect(await problemsOfObject(using({ a: ["hosts", "host.", "host.1"] }))).toHaveLength(3);
  });

  test("an unknown word about a target is refused with the closest one", async () => {
    expect(await problemsOfObject(using({ a: { b: { lasy: true } as never }, b: undefined }))).toEqual([
      expect.stringMatching(/^isolates\.a\.uses\.b\.lasy is not known; did you mean "lazy"\?/),
    ]);
  });
});

describe("where a field is written", () => {
  const text = [
    "isolates:",
    "  store: { module: ./store.js }",
    "  parser:",
    "    module: ./parser.js",
    "    uses:",
    "      store: [get, list]",
    '      host.log: "*"',
    "groups:",
    "  jobs:",
    "    isolates:",
    "      nightly: { module: ./nightly.js, uses: [store] }",
  ].join("\n");

  test.each([
    ["parser", undefined, "3:3"],
    ["parser", "module", "4:5"],
    ["parser", "uses", "5:5"],
    ["parser", "uses.store", "6:7"],
    ["parser", "uses.host.log", "7:7"],
    ["parser", "uses.other", "5:5"],
    ["store", "uses", "2:3"],
    ["nightly", "uses.store", "11:47"],
  ])("%s, %s", async (name, field, place) => {
    const { isolates } = await readYaml(text);
    expect(isolates.get(name)?.where(field)).toMatch(new RegExp(`pihost\\.yaml:${place}$`));
  });
});

describe("paths", () => {
  test("are seen from the manifest's folder", async () => {
    const file = useManifestFile(
      JSON.stringify({
        socket: "run/kernel.sock",
        listen: { port: 0, tls: { cert: "cert.pem", key: "/etc/key.pem" } },
        isolates: {
          a: {
            module: "../a.js",
            cwd: ".",
            execPath: process.execPath,
            stdout: { file: "logs/a.log" },
            diagnostics: { directory: "." },
            grpc: { proto: ["a.proto", "b.proto"], includeDirs: ["protos"], services: ["A"] },
          },
          b: {
            module: "left-pad",
            runtime: { command: ["./run.sh", "--flag=a/b", "./as-it-is"] },
            grpc: { definition: "./b.js", services: ["B"] },
          },
        },
      }),
      "pihost.json",
    );
    const folder = join(file, "..");
    const { isolates, socket, listen } = await readManifest(file);
    expect(socket).toBe(join(folder, "run/kernel.sock"));
    expect(listen).toEqual({
      host: "127.0.0.1",
      port: 0,
      tls: { cert: join(folder, "cert.pem"), key: "/etc/key.pem" },
    });
    expect(isolates.get("a")).toMatchObject({
      module: `file://${join(folder, "../a.js")}`,
      options: {
        name: "a",
        from: `file://${folder}/`,
        cwd: folder,
        execPath: process.execPath,
        stdout: { file: join(folder, "logs/a.log") },
        diagnostics: { directory: folder },
      },
      grpc: { protos: [join(folder, "a.proto"), join(folder, "b.proto")], includeDirs: [join(folder, "protos")] },
    });
    expect(isolates.get("b")).toMatchObject({
      module: "left-pad",
      options: { runtime: { command: [join(folder, "run.sh"), "--flag=a/b", "./as-it-is"] } },
      grpc: { protos: [], definition: `file://${join(folder, "b.js")}`, services: ["B"] },
    });
  });

  test("null in the environment removes a variable", async () => {
    const { isolates } = await readYaml("isolates: { a: { module: ./a.js, env: { HOME: null, EMPTY: '' } } }");
    expect(isolates.get("a")?.options.env).toEqual({ HOME: undefined, EMPTY: "" });
  });
});

test("a queue may be without bound", async () => {
  const { isolates } = await readYaml("isolates: { a: { module: ./a.js, maxQueue: .inf } }");
  expect(isolates.get("a")?.options.maxQueue).toBe(Number.POSITIVE_INFINITY);
});

test("what is left out has its default", async () => {
  const manifest = await readManifest(using({ a: undefined }));
  expect(manifest).toMatchObject({ onExhausted: "stop", auth: "token", socket: undefined, listen: undefined });
  expect(manifest.isolates.get("a")).toMatchObject({
    restart: "permanent",
    essential: true,
    data: {},
    grpc: undefined,
  });
  expect(manifest.tree).toMatchObject({ strategy: "one-for-one", maxRestarts: 5, withinMs: 10_000 });
});

test.each([
  ["127.0.0.1:80", "127.0.0.1", 80],
  ["localhost:0", "localhost", 0],
  ["[::1]:8443", "::1", 8443],
])("listen: %s", async (listen, host, port) => {
  expect((await readManifest({ listen, ...using({ a: undefined }) })).listen).toEqual({ host, port, tls: undefined });
});

test.each([["80"], ["localhost"], ["::1:80"], ["a:b"], ["localhost:65536"]])(
  "listen: %s is refused",
  async (listen) => {
    expect(await problemsOfObject({ listen, ...using({ a: undefined }) })).toEqual([
      expect.stringContaining("listen must be"),
    ]);
  },
);
