import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readManifest } from "../../../src/kernel/manifest/index.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { problemsOfObject } from "../use-manifest.js";

function serving(grpc: object) {
  return { isolates: { a: { module: "./a.js", grpc } } };
}

async function servicesOf(proto: string): Promise<readonly string[] | undefined> {
  const file = join(useDirectory(), "x.proto");
  writeFileSync(file, proto);
  return (await readManifest(serving({ proto: file }))).isolates.get("a")?.grpc?.services;
}

test("without a list, an isolate serves all services of its .proto files", async () => {
  const proto = [
    'syntax = "proto3"; // service Not { }',
    "/* package wrong; service Nor {} */",
    "package shop.v1;",
    'option note = "; service Neither {";',
    "message service { string service = 1; }",
    "service Store { rpc Get(A) returns (B); }",
    "service Stock{}",
  ].join("\n");
  expect(await servicesOf(proto)).toEqual(["shop.v1.Store", "shop.v1.Stock"]);
  expect(await servicesOf('syntax = "proto3";service Bare {}')).toEqual(["Bare"]);
});

test("two isolates may serve one service", async () => {
  const one = { module: "./a.js", grpc: { proto: "./x.proto", services: ["x.Echo"] } };
  expect((await readManifest({ isolates: { a: one, b: one } })).layers).toEqual([["a", "b"]]);
});

test.each<[string, object, string]>([
  ["neither files nor a definition", { services: ["A"] }, 'grpc must have either "proto" or "definition"'],
  ["both", { proto: "x", definition: "./y.js", services: ["A"] }, 'grpc must have either "proto" or "definition"'],
  ["a definition without names", { definition: "./y.js" }, 'grpc must have "services"'],
  ["no file at all", { proto: [], services: ["A"] }, "grpc.proto must be"],
  ["a file that is not there", { proto: "./nowhere.proto" }, "grpc.proto must be files that can be read; received '/"],
  [
    "files in which there is no service",
    { proto: fileURLToPath(import.meta.url) },
    'grpc.proto must have a service, or "services" must name',
  ],
  [
    "a name that is none",
    { proto: "x", services: ["a b"] },
    "grpc.services[0] must be the full name of a gRPC service",
  ],
  [
    "a name twice",
    { proto: "x", services: ["A", "B", "A"] },
    'grpc.services must have every name once; "A" is there twice',
  ],
  ["no names", { definition: "./y.js", services: [] }, "grpc.services must be a list that is not empty"],
])("%s is refused", async (_, grpc, message) => {
  expect(await problemsOfObject(serving(grpc))).toEqual([expect.stringContaining(`isolates.a.${message}`)]);
});
