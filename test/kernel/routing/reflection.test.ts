import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { LocalService } from "../../../src/kernel/routing/index.js";
import { bytesField, fieldsOf, varintField } from "../../../src/kernel/routing/reflection/wire.js";
import { extension, extensionRange, file, message, nested, nestedEnum } from "../../fixtures/routing/descriptors.js";
import { drained, type EchoClient } from "../../fixtures/routing/echo-client.js";
import { type TestDoor, useDoor } from "../../fixtures/routing/use-door.js";
import { isMissing } from "../../helpers/tool-of-the-machine.js";

const VERSIONS = ["v1", "v1alpha"];
const [BY_NAME, BY_SYMBOL, BY_EXTENSION, EXTENSIONS, LIST] = [3, 4, 5, 6, 7];

/** Asks the reflection; the answer by its field: 4 files, 5 extensions, 6 services, 7 an error. */
async function reflect(
  echo: EchoClient,
  version: string,
  ...requests: Buffer[]
): Promise<{ kind: number; bytes: Buffer }[]> {
  const call = echo.bidi(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);
  for (const request of requests) call.write(request);
  call.end();
  const { messages, status: end } = await drained(call);
  expect(end.code).toBe(status.OK);
  return messages.map((message) => {
    const body = [...fieldsOf(message)].find(({ number }) => number > 2);
    return { kind: body?.number ?? 0, bytes: body?.bytes ?? Buffer.alloc(0) };
  });
}

/** Name, dependencies of each file in an answer. */
function filesIn(bytes: Buffer | undefined): { name: string; dependencies: string[] }[] {
  return [...fieldsOf(bytes ?? Buffer.alloc(0))].map((file) => {
    const fields = [...fieldsOf(file.bytes)];
    const texts = (wanted: number): string[] =>
      fields.filter(({ number }) => number === wanted).map((one) => one.bytes.toString());
    return { name: texts(1)[0] ?? "", dependencies: texts(3) };
  });
}

const ITEM = file("item.proto", "shop.v1", { messages: [message("Item", ["name"])] });
const OTHER_ITEM = file("item.proto", "shop.v1", { messages: [message("Item", ["name", "count"])] });
const SHOP = file("shop.proto", "shop.v1", {
  dependencies: ["item.proto"],
  messages: [message("Key", ["key"], nested(message("Inner", [], nestedEnum("Kind", "NONE"))))],
  services: { Store: [["Get", ".shop.v1.Key", ".shop.v1.Item"]] },
});
const STATS = file("stats.proto", "stats.v1", {
  dependencies: ["item.proto"],
  services: { Stats: [["Count", ".shop.v1.Item", ".shop.v1.Item"]] },
});
const EXTENDING = file("ext.proto", "ext.v1", {
  messages: [message("Base", [], extensionRange(100, 200))],
  services: { Ext: [["Do", ".ext.v1.Base", ".ext.v1.Base"]] },
  extensions: [extension("more", 126, ".ext.v1.Base")],
  syntax: "proto2",
});

async function useShop(statsItem: Buffer): Promise<TestDoor> {
  const door = await useDoor();
  door.isolates.add("shop", ["shop.v1.Store"], "ready", [ITEM, SHOP]);
  door.isolates.add("stats", ["stats.v1.Stats"], "restarting", [statsItem, STATS]);
  door.isolates.add("ext", ["ext.v1.Ext"], "ready", [EXTENDING]);
  return door;
}

describe("reflection", () => {
  test.each(VERSIONS)("%s lists the services of all isolates, and the kernel's own", async (version) => {
    const { client } = await useShop(ITEM);
    const [answer] = await reflect(client(), version, bytesField(LIST, "*"));
    const names = [...fieldsOf(answer?.bytes ?? Buffer.alloc(0))].map(({ bytes }) =>
      [...fieldsOf(bytes)][0]?.bytes.toString(),
    );
    expect(names).toEqual([
      "ext.v1.Ext",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "shop.v1.Store",
      "stats.v1.Stats",
      "test.v1.Echo",
    ]);
  });

  test.each(VERSIONS)("%s describes files, symbols and extensions", async (version) => {
    const { client } = await useShop(ITEM);
    const extended = (number: number): Buffer =>
      bytesField(BY_EXTENSION, Buffer.concat([bytesField(1, "ext.v1.Base"), varintField(2, number)]));
    const answers = await reflect(
      client(),
      version,
      bytesField(BY_NAME, "shop.proto"),
      bytesField(BY_SYMBOL, "shop.v1.Store.Get"),
      bytesField(BY_SYMBOL, "shop.v1.Key.Inner.Kind"),
      bytesField(BY_SYMBOL, "stats.v1.Stats"),
      extended(126),
      extended(127),
      bytesField(EXTENSIONS, "ext.v1.Base"),
      bytesField(BY_SYMBOL, "shop.v1.Nothing"),
      bytesField(BY_NAME, "grpc/health/v1/health.proto"),
    );
    expect(answers.map(({ kind }) => kind)).toEqual([4, 4, 4, 4, 4, 7, 5, 7, 4]);
    const [first, second, , stats, ext, , numbers] = answers;
    expect(filesIn(first?.bytes).map(({ name }) => name)).toEqual(["shop.proto", "item.proto"]);
    // What was sent on this stream is not sent again, but for the file that is asked for.
    expect(filesIn(second?.bytes).map(({ name }) => name)).toEqual(["shop.proto"]);
    expect(filesIn(stats?.bytes).map(({ name }) => name)).toEqual(["stats.proto"]);
    expect(filesIn(ext?.bytes).map(({ name }) => name)).toEqual(["ext.proto"]);
    expect(
      [...fieldsOf(numbers?.bytes ?? Buffer.alloc(0))].filter(({ number }) => number === 2).map(({ value }) => value),
    ).toEqual([126]);
  });

  test("tells two versions of one file apart", async () => {
    const { client } = await useShop(OTHER_ITEM);
    const [shop] = await reflect(client(), "v1", bytesField(BY_SYMBOL, "shop.v1.Store"));
    expect(filesIn(shop?.bytes)).toEqual([
      { name: "shop.proto", dependencies: ["item.proto"] },
      { name: "item.proto", dependencies: [] },
    ]);
    const [stats] = await reflect(client(), "v1", bytesField(BY_SYMBOL, "stats.v1.Stats"));
    expect(filesIn(stats?.bytes)).toEqual([
      { name: "stats.proto", dependencies: ["stats:item.proto"] },
      { name: "stats:item.proto", dependencies: [] },
    ]);
  });

  test("shows a service as its own isolate does, whoever else describes it", async () => {
    const { isolates, client } = await useDoor();
    const services = { Store: [["Steal", ".shop.v1.Lie", ".shop.v1.Lie"]] as const };
    const forged = file("lie.proto", "shop.v1", { messages: [message("Lie")], services });
    isolates.add("a-liar", ["liar.v1.Nothing"], "ready", [forged]);
    isolates.add("shop", ["shop.v1.Store"], "ready", [ITEM, SHOP]);
    const [answer] = await reflect(client(), "v1", bytesField(BY_SYMBOL, "shop.v1.Store"));
    expect(filesIn(answer?.bytes)[0]?.name).toBe("shop.proto");
  });

  test("goes on when the descriptors of an isolate are none", async () => {
    const { isolates, client } = await useShop(ITEM);
    const deep = Array.from({ length: 200 }).reduce<Buffer>((inner) => message("M", [], nested(inner)), message("M"));
    const tooDeep = file("deep.proto", "deep", { messages: [deep] });
    for (const [index, bytes] of [
      Buffer.from([0xff]),
      Buffer.from([10, 100, 1]),
      tooDeep,
      Buffer.alloc(17 * 1024 * 1024),
    ].entries())
      isolates.add(`broken-${index}`, [`broken.v1.Broken${index}`], "ready", [bytes]);
    const [listed, described] = await reflect(
      client(),
      "v1",
      bytesField(LIST, ""),
      bytesField(BY_SYMBOL, "shop.v1.Store"),
    );
    expect(listed?.bytes.toString()).toContain("broken.v1.Broken3");
    expect(described?.kind).toBe(4);
  });
});

describe("health", () => {
  const statusOf = (message: Buffer | undefined): number | undefined =>
    [...fieldsOf(message ?? Buffer.alloc(0))][0]?.value;

  test("tells of the kernel, of services and of isolates", async () => {
    const { client } = await useShop(ITEM);
    const echo = client();
    const check = async (service: string): Promise<number | undefined> => {
      const { message, error } = await echo.unary("/grpc.health.v1.Health/Check", bytesField(1, service));
      return error === undefined ? statusOf(message) : -error.code;
    };
    const names = ["", "shop", "shop.v1.Store", "stats", "stats.v1.Stats", "grpc.health.v1.Health", "nobody"];
    expect(await Promise.all(names.map(check))).toEqual([1, 1, 1, 2, 2, 1, -status.NOT_FOUND]);
    const { message } = await echo.unary("/grpc.health.v1.Health/List", Buffer.alloc(0));
    const listed = [...fieldsOf(message ?? Buffer.alloc(0))].map(({ bytes }) =>
      [...fieldsOf(bytes)][0]?.bytes.toString(),
    );
    expect(listed).toEqual(expect.arrayContaining(["", "shop", "stats.v1.Stats"]));
  });

  test("is watched as it changes", async () => {
    const { isolates, client } = await useDoor();
    const call = client().serverStream("/grpc.health.v1.Health/Watch", bytesField(1, "late"));
    const statuses: (number | undefined)[] = [];
    const next = (): Promise<void> =>
      new Promise((resolve) =>
        call.once("data", (message: Buffer) => {
          statuses.push(statusOf(message));
          resolve();
        }),
      );
    await next();
    let following = next();
    isolates.add("late", [], "starting");
    await following;
    following = next();
    isolates.add("late", [], "ready");
    isolates.changed();
    await following;
    expect(statuses).toEqual([3, 2, 1]);
    call.on("error", () => {});
    call.cancel();
  });
});

describe("a service of the kernel", () => {
  const local: LocalService = {
    name: "pihost.v1.KernelService",
    files: [],
    methods: [
      {
        path: "/pihost.v1.KernelService/Turn",
        requestStream: false,
        responseStream: false,
        decode: String,
        encode: (text) => Buffer.from(String(text)),
        handle: (text) => [...String(text)].reverse().join(""),
      },
    ],
  };

  test("is called with the scope operate only", async () => {
    const { client, tokens } = await useDoor({ local: [local] });
    const { error } = await client().unary("/pihost.v1.KernelService/Turn", Buffer.from("abc"));
    expect(error).toMatchObject({ code: status.PERMISSION_DENIED });
    const operator = client(tokens.create({ scopes: ["operate"] }).token);
    expect((await operator.unary("/pihost.v1.KernelService/Turn", Buffer.from("abc"))).message?.toString()).toBe("cba");
    const large = Buffer.alloc(4 * 1024 * 1024, "x");
    expect((await operator.unary("/pihost.v1.KernelService/Turn", large)).message).toHaveLength(large.length);
    expect((await operator.unary("/pihost.v1.KernelService/None", Buffer.alloc(0))).error?.code).toBe(
      status.UNIMPLEMENTED,
    );
  });
});

const script = new URL("../../../scripts/grpcurl.mjs", import.meta.url).href;
const { ensureGrpcurl } = (await import(script)) as { ensureGrpcurl(): Promise<string | undefined> };
const grpcurl = await ensureGrpcurl();

describe.skipIf(isMissing("grpcurl (built with Go)", grpcurl !== undefined))("grpcurl", () => {
  test("sees one server", async () => {
    const { door, isolates, token } = await useShop(OTHER_ITEM);
    await isolates.start("shop");
    const run = async (...args: string[]): Promise<string> => {
      const all = ["-plaintext", "-H", `authorization: Bearer ${token}`, ...args];
      return (await promisify(execFile)(grpcurl ?? "", all)).stdout;
    };
    const target = `unix://${door.socket}`;
    expect(await run(target, "list")).toContain("stats.v1.Stats\ntest.v1.Echo");
    expect(await run(target, "describe", "stats.v1.Stats")).toContain(
      "rpc Count ( .shop.v1.Item ) returns ( .shop.v1.Item );",
    );
    expect(await run(target, "describe", "grpc.health.v1.Health")).toContain("rpc Watch");
    expect(await run(target, "describe", "grpc.reflection.v1.ServerReflection")).toContain(
      "stream .grpc.reflection.v1.ServerReflectionRequest",
    );
    expect(await run("-d", '{"service": "shop.v1.Store"}', target, "grpc.health.v1.Health/Check")).toContain(
      '"SERVING"',
    );
    expect(await run(target, "grpc.health.v1.Health/List")).toContain('"stats"');
  });
});
