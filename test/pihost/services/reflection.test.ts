import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { bearerOf, useClient } from "../../helpers/contract-client.js";
import { lastHeadersOf, useHttp2 } from "../../helpers/raw-request.js";
import { type Served, SHOP, useServices } from "./use-services.js";

interface Answer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
  readonly error_response?: { readonly error_code: number };
}
interface Reflection {
  ServerReflectionInfo(metadata: Metadata): ClientDuplexStream<object, Answer>;
}

async function reflect({ address, token }: Served, version: string, request: object): Promise<Answer> {
  const file = `../../../node_modules/@grpc/reflection/build/proto/grpc/reflection/${version}/reflection.proto`;
  const path = fileURLToPath(new URL(file, import.meta.url));
  const client = useClient(path, `grpc.reflection.${version}.ServerReflection`, address) as unknown as Reflection;
  const call = client.ServerReflectionInfo(bearerOf(token));
  call.write(request);
  const [answer] = (await once(call, "data")) as [Answer];
  call.end();
  return answer;
}

describe.each(["v1", "v1alpha"])("reflection %s", (version) => {
  test("lists the module's services beside our own, and has their files byte for byte", async () => {
    const served = await useServices(SHOP);
    const { list_services_response: list } = await reflect(served, version, { list_services: "" });
    expect(list?.service.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["shop.v1.Store", "pihost.v1.HostService", "grpc.health.v1.Health"]),
    );
    const { file_descriptor_response: files } = await reflect(served, version, {
      file_containing_symbol: "shop.v1.Store.Get",
    });
    const sent = (files?.file_descriptor_proto ?? []).map((file) => Buffer.from(file).toString("hex"));
    const made = served.answer.files.map((file) => Buffer.from(file).toString("hex"));
    expect(sent[0]).toBe(made.at(-1));
    // Files of protobuf itself come as our own contract has them, where that uses them, too.
    for (const file of made.filter((text) => text.includes(Buffer.from("shop/v1/").toString("hex")))) {
      expect(sent).toContain(file);
    }
    const { error_response: error } = await reflect(served, version, { file_containing_symbol: "shop.v1.No" });
    expect(error?.error_code).toBe(5);
  });
});

describe("a definition that was generated", () => {
  const ECHO = Buffer.from(JSON.stringify({ text: "echo" }));

  test("brings the codecs, and no descriptors", async () => {
    const served = await useServices({ module: "./talk.mjs", definition: "./definition.mjs" });
    expect(served.answer.files).toEqual([]);
    expect(served.answer.methods.map(({ path }) => path)).toEqual([
      "/talk.Talk/Ask",
      "/talk.Talk/Tell",
      "/talk.Talk/Gather",
      "/talk.Talk/Chat",
    ]);
    const headers = await lastHeadersOf(useHttp2(served.address), "/talk.Talk/Ask", served.token, ECHO);
    expect(headers).toContainEqual(["grpc-status", "0"]);
  });

  test("is described by .proto files beside it", async () => {
    const request = { module: "./talk.mjs", definition: "./definition.mjs", protos: ["./talk.proto"] };
    const served = await useServices(request);
    expect(served.answer.files).toHaveLength(1);
    const headers = await lastHeadersOf(useHttp2(served.address), "/talk.Talk/Ask", served.token, ECHO);
    expect(headers).toContainEqual(["grpc-status", "0"]);
  });
});
