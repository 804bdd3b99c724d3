import { join } from "node:path";
import { type Client, credentials, loadPackageDefinition, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import { onTestFinished } from "vitest";
import { type LiveRecord, listLive } from "../../src/isolator/live-record.js";
import { until } from "./until.js";

const REPOSITORY = join(import.meta.dirname, "../..");

/** The contract as anybody reads it: from the .proto files, without our generated code. */
export function readContract(...files: readonly string[]): PackageDefinition {
  return loadSync([...files], {
    includeDirs: ["proto", "scripts/googleapis", "node_modules/grpc-health-check/proto"].map((path) =>
      join(REPOSITORY, path),
    ),
    keepCase: true,
    longs: Number,
    enums: String,
    oneofs: true,
    defaults: true,
  });
}

type ClientClass = new (address: string, credentials: unknown) => Client;

/** A client of one service of the given .proto file, closed with the test. */
export function useClient(file: string, service: string, address: string): Client {
  const root = loadPackageDefinition(readContract(file));
  const Class = service.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], root);
  const client = new (Class as ClientClass)(`unix:${address}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

/** The metadata that every request needs. */
export function bearerOf(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return metadata;
}

/** How to reach a live isolate that was started with `discoverable: true`. */
export async function liveRecordOf(name: string): Promise<LiveRecord> {
  const find = (): LiveRecord | undefined => listLive().find((record) => record.name === name);
  await until(() => find() !== undefined);
  return find() as LiveRecord;
}

type Response = Record<string, unknown>;
type Done = (error: ServiceError | null, response?: Response) => void;

/** One unary request: its response, or the error that it failed with. */
export function ask(client: Client, method: string, request: object, metadata = new Metadata()): Promise<Response> {
  return new Promise((resolve, reject) => {
    const send = (client as unknown as Record<string, (request: object, metadata: Metadata, done: Done) => void>)[
      method
    ];
    if (send === undefined) throw new Error(`the contract has no ${method}`);
    send.call(client, request, metadata, (error, response) => {
      if (error === null) resolve(response ?? {});
      else reject(error);
    });
  });
}

/** The status code of a failed request, `OK` of one that did not fail. */
export async function statusOf(response: Promise<unknown>): Promise<string> {
  return response.then(
    () => "OK",
    (error: ServiceError) => status[error.code] as string,
  );
}
