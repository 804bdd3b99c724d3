import { fileURLToPath } from "node:url";
import type { Client } from "@grpc/grpc-js";
import { credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { IsolationOptions, ProcessIsolator } from "process-isolation";
import { onTestFinished } from "vitest";
import { liveRecordOf } from "../../helpers/contract-client.js";
import { useIsolator } from "../../helpers/use-isolator.js";

export const SERVICES = fileURLToPath(new URL("../../fixtures/services/", import.meta.url));

export interface Served {
  readonly isolator: ProcessIsolator;
  readonly address: string;
  readonly token: string;
  readonly answer: {
    readonly files: readonly Uint8Array[];
    readonly methods: readonly {
      readonly path: string;
      readonly requestStream: boolean;
      readonly responseStream: boolean;
      readonly idempotency: number;
    }[];
  };
}

let names = 0;

/** A process that serves what this request asks for, until the test ends. */
export async function useServices(request: object, options: IsolationOptions = {}): Promise<Served> {
  names += 1;
  const name = `services-${process.pid}-${names}`;
  const isolator = await useIsolator({ name, from: SERVICES, discoverable: true, ...options });
  const answer = (await isolator.invoke("pihost:", "serve", [request])) as Served["answer"];
  const { address, token } = await liveRecordOf(name);
  return { isolator, address, token, answer };
}

/** The request for the shop of the fixtures. */
export const SHOP = { module: "./store.mjs", protos: ["./shop/v1/store.proto"], includeDirs: ["."] };

/** A client of one service of a .proto file of the fixtures. */
export function useServiceClient<T>({ address }: Served, file: string, service: string): Client & T {
  const definition = loadSync(file, {
    includeDirs: [SERVICES],
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const root = loadPackageDefinition(definition);
  const Class = service.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], root);
  const client = new (Class as new (...args: unknown[]) => Client & T)(`unix:${address}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}
