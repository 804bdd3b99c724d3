import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ClientDuplexStream, type Metadata, Metadata as NoMetadata } from "@grpc/grpc-js";
import { beforeAll, describe, expect, test } from "vitest";
import type { LiveRecord } from "../../../src/isolator/live-record.js";
import { ask, bearerOf, liveRecordOf, statusOf, useClient } from "../../helpers/contract-client.js";
import { fixture } from "../../helpers/fixture.js";
import { rejection } from "../../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../../helpers/use-isolator.js";

const isolator = useSharedIsolator({ name: "guarded", discoverable: true });
let record: LiveRecord;
beforeAll(async () => {
  record = await liveRecordOf("guarded");
});

const HOST = ["pihost/v1/host_service.proto", "pihost.v1.HostService"] as const;
const HEALTH = ["health/v1/health.proto", "grpc.health.v1.Health"] as const;
const REFLECTION = [
  fixture("../../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto"),
  "grpc.reflection.v1.ServerReflection",
] as const;

interface Request {
  readonly rpc: string;
  readonly send: (metadata: Metadata) => Promise<unknown>;
}

const unary = ([file, service]: readonly [string, string], method: string, request: object): Request => ({
  rpc: `${service}/${method}`,
  send: (metadata) => ask(useClient(file, service, record.address), method, request, metadata),
});

/** The first answer of a stream. */
const streaming = ([file, service]: readonly [string, string], method: string, request: object): Request => ({
  rpc: `${service}/${method}`,
  send: (metadata) =>
    new Promise((resolve, reject) => {
      const client = useClient(file, service, record.address) as unknown as Record<string, StreamStarter | undefined>;
      const takesStream = method === "ServerReflectionInfo";
      const stream = takesStream ? client[method]?.(metadata) : client[method]?.(request, metadata);
      if (takesStream) stream?.write(request);
      stream?.once("data", (message) => {
        resolve(message);
        stream.cancel();
      });
      stream?.once("error", reject);
    }),
});
type StreamStarter = (...args: unknown[]) => ClientDuplexStream<object, object>;

const REQUESTS: readonly Request[] = [
  unary(HOST, "Invoke", { module: "node:path", method: "basename", args: { values: [{ stringValue: "a/b" }] } }),
  unary(HOST, "Status", {}),
  unary(HOST, "SetData", { name: "by-anyone", value: { boolValue: true } }),
  unary(HOST, "GetData", { name: "by-anyone" }),
  streaming(HOST, "Watch", {}),
  unary(HEALTH, "Check", { service: "" }),
  unary(HEALTH, "Check", { service: "pihost.v1.HostService" }),
  streaming(HEALTH, "Watch", { service: "" }),
  streaming(REFLECTION, "ServerReflectionInfo", { list_services: "" }),
];

describe("every request needs the generation's token:", () => {
  const { rpc, send } = unary(HOST, "Shutdown", { reason: "by anyone" });
  test.each([...REQUESTS, { rpc, send }])("$rpc", async ({ send: sendIt }) => {
    expect(await statusOf(sendIt(new NoMetadata()))).toBe("UNAUTHENTICATED");
    expect(await statusOf(sendIt(bearerOf("0".repeat(64))))).toBe("UNAUTHENTICATED");
    expect(isolator().state).toBe("ready");
  });

  test.each(REQUESTS)("$rpc is answered with it", async ({ send: sendIt }) => {
    expect(await statusOf(sendIt(bearerOf(record.token)))).toBe("OK");
  });

  test.each<[string, (token: string) => string[]]>([
    ["a part of it", (token) => [`Bearer ${token.slice(0, -1)}`]],
    ["more than it", (token) => [`Bearer ${token}0`]],
    ["another scheme", (token) => [`Basic ${token}`]],
    ["it without its scheme", (token) => [token]],
    ["it in capitals", (token) => [`Bearer ${token.toUpperCase()}`]],
    ["nothing", () => [""]],
  ])("%s is not enough", async (_, toValues) => {
    const metadata = new NoMetadata();
    for (const value of toValues(record.token)) metadata.add("authorization", value);
    expect(await statusOf((REQUESTS[1] as Request).send(metadata))).toBe("UNAUTHENTICATED");
  });

  test("what is missing is told, what was expected is not", async () => {
    const error = await rejection((REQUESTS[1] as Request).send(new NoMetadata()));
    expect(String(error)).toContain("authorization: Bearer");
    expect(String(error)).not.toContain(record.token);
  });
});

describe("the token", () => {
  test("is 256 random bits, new for each generation", async () => {
    const other = await useIsolator({ name: "other", discoverable: true });
    const { token: first } = await liveRecordOf("other");
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    await rejection(other.invoke(fixture("deaths.mjs"), "exit", [1]));
    await other.invoke(fixture("deaths.mjs"), "pid");
    const { token: second, generation } = await liveRecordOf("other");
    expect(generation).toBe(2);
    expect(new Set([first, second, record.token]).size).toBe(3);
  });

  test("of one isolate does not open another", async () => {
    await useIsolator({ name: "stranger", discoverable: true });
    const { token } = await liveRecordOf("stranger");
    expect(await statusOf((REQUESTS[1] as Request).send(bearerOf(token)))).toBe("UNAUTHENTICATED");
  });

  test.runIf(process.platform === "linux")("is neither in the arguments nor in the environment of the process", () => {
    for (const file of ["cmdline", "environ"]) {
      expect(readFileSync(`/proc/${isolator().pid}/${file}`, "latin1")).not.toContain(record.token);
    }
  });

  test("is not visible to the module's code through the process object", async () => {
    const { argv, variables } = {
      argv: await isolator().invoke(fixture("environment.mjs"), "command"),
      variables: await isolator().invoke(fixture("environment.mjs"), "variables"),
    };
    expect(JSON.stringify([argv, variables])).not.toContain(record.token);
  });

  test.skipIf(process.platform === "win32")(
    "is in no file unless the isolate is discoverable, and then only for its user",
    async () => {
      await useIsolator({ name: "hidden" });
      const directory = dirname(dirname(record.address));
      // Other hosts of the user, which run other tests, have theirs beside it.
      const files = readdirSync(directory).filter((name) => /^(guarded|hidden)/.test(name));
      expect(files).toEqual([expect.stringMatching(/^guarded\.\d+\.live\.json$/)]);
      expect(statSync(join(directory, files[0] as string)).mode & 0o777).toBe(0o600);
      expect(statSync(directory).mode & 0o777).toBe(0o700);
      expect(statSync(record.address).mode & 0o777).toBe(0o600);
    },
  );
});

test("reflection lists the services", async () => {
  const answer = await (REQUESTS.at(-1) as Request).send(bearerOf(record.token));
  const { list_services_response: list } = answer as { list_services_response: { service: { name: string }[] } };
  const names = list.service.map(({ name }) => name);
  expect(names).toContain("pihost.v1.HostService");
});

test("health says SERVING for the process and its service, and NOT_FOUND for what there is not", async () => {
  const check = (service: string) => unary(HEALTH, "Check", { service }).send(bearerOf(record.token));
  expect(await check("")).toEqual({ status: "SERVING" });
  expect(await check("pihost.v1.HostService")).toEqual({ status: "SERVING" });
  expect(await statusOf(check("no.such.Service"))).toBe("NOT_FOUND");
});
