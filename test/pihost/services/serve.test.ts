import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { rejection } from "../../helpers/rejection.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { useSharedIsolator } from "../../helpers/use-isolator.js";
import { SERVICES, SHOP, useServices } from "./use-services.js";

const require = createRequire(import.meta.url);
const descriptors = protobuf.Root.fromJSON(require("protobufjs/google/protobuf/descriptor.json"));

/** The descriptors that buf makes of the same files. */
function compiled(): readonly Record<string, unknown>[] {
  const output = join(useDirectory(), "set.binpb");
  const args = [require.resolve("@bufbuild/buf/bin/buf"), "build", SERVICES, "--as-file-descriptor-set"];
  const buf = spawnSync(process.execPath, [...args, "--exclude-source-info", "-o", `${output}#format=binpb`]);
  expect(String(buf.stderr)).toBe("");
  const type = descriptors.lookupType("google.protobuf.FileDescriptorSet");
  const { file } = type.toObject(type.decode(readFileSync(output)), { longs: String }) as {
    file: Record<string, unknown>[];
  };
  rmSync(output);
  return file;
}

function decoded(file: Uint8Array): Record<string, unknown> {
  const type = descriptors.lookupType("google.protobuf.FileDescriptorProto");
  return type.toObject(type.decode(file), { longs: String });
}

describe("the answer to serve", () => {
  test("names every method with its kind and how it may be repeated", async () => {
    const { answer } = await useServices(SHOP);
    expect(answer.methods).toEqual([
      { path: "/shop.v1.Store/Get", requestStream: false, responseStream: false, idempotency: 1 },
      { path: "/shop.v1.Store/Put", requestStream: false, responseStream: false, idempotency: 2 },
      { path: "/shop.v1.Store/ListItems", requestStream: false, responseStream: true, idempotency: 0 },
      { path: "/shop.v1.Store/PutAll", requestStream: true, responseStream: false, idempotency: 0 },
      { path: "/shop.v1.Store/Talk", requestStream: true, responseStream: true, idempotency: 0 },
    ]);
  });

  test("has the descriptors that the compiler makes of the files, dependencies first", async () => {
    const { answer } = await useServices(SHOP);
    const files = answer.files.map(decoded);
    const names = files.map(({ name }) => name);
    const expected = compiled();
    for (const [index, file] of files.entries()) {
      for (const dependency of (file.dependency ?? []) as string[]) {
        expect(names.indexOf(dependency)).toBeLessThan(index);
        expect(names).toContain(dependency);
      }
      if (!String(file.name).startsWith("google/")) {
        expect(file).toEqual(expected.find(({ name }) => name === file.name));
      }
    }
    expect(names.filter((name) => String(name).startsWith("shop/"))).toEqual([
      "shop/v1/annotations.proto",
      "shop/v1/types.proto",
      "shop/v1/store.proto",
    ]);
  });

  test("keeps options of the user's own", async () => {
    const { answer } = await useServices(SHOP);
    const store = Buffer.from(answer.files.at(-1) ?? []);
    expect(store.includes("reader")).toBe(true);
  });
});

describe("serve fails, and may be asked again, when", () => {
  const isolator = useSharedIsolator({ from: SERVICES });
  const serve = (request: object): Promise<unknown> => isolator().invoke("pihost:", "serve", [request]);

  test.each<[string, object, string, RegExp]>([
    ["there is no such proto", { protos: ["./no.proto"] }, "INVALID_OPTION", /no\.proto: there is no such file/],
    [
      "a proto is broken",
      { protos: ["../broken-protos/syntax.proto"] },
      "INVALID_OPTION",
      /broken-protos\/syntax\.proto:5: illegal name '5'/,
    ],
    [
      "an import is missing",
      { protos: ["../broken-protos/import.proto"] },
      "INVALID_OPTION",
      /broken-protos\/import\.proto:3: the import "no\/such\.proto" is not found/,
    ],
    [
      "a type is missing",
      { protos: ["../broken-protos/type.proto"] },
      "INVALID_OPTION",
      /broken-protos\/type\.proto:4: no such type: Missing/,
    ],
    [
      "there is no such service",
      { services: ["shop.v1.Stroe"] },
      "INVALID_OPTION",
      /shop\.v1\.Stroe is not declared; did you mean shop\.v1\.Store\?/,
    ],
    ["a file declares none", { protos: ["./shop/v1/types.proto"] }, "INVALID_OPTION", /no service is declared/],
    [
      "methods have no functions",
      { module: "./half-store.mjs" },
      "METHOD_NOT_FOUND",
      /does not implement shop\.v1\.Store\/Put, shop\.v1\.Store\/Talk: .*such as put, or an object store/,
    ],
    ["there is no such module", { module: "./no.mjs" }, "MODULE_NOT_FOUND", /no\.mjs/],
    [
      "a definition exports no service",
      { definition: "./store.mjs" },
      "INVALID_OPTION",
      /store\.mjs exports no service/,
    ],
    ["it gets neither protos nor a definition", { protos: [] }, "INVALID_OPTION", /needs protos or a definition/],
    [
      "something is of the wrong type",
      { protos: "a.proto" },
      "INVALID_OPTION",
      /protos must be an array of strings; got string/,
    ],
  ])("%s", async (_, wrong, code, message) => {
    const error = await rejection(serve({ ...SHOP, ...wrong }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("but not once it has succeeded", async () => {
    await serve(SHOP);
    const error = await rejection(serve(SHOP));
    expect(error).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("serves already") });
  });
});
