import { once } from "node:events";
import {
  type ClientReadableStream,
  type ClientUnaryCall,
  type Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { bearerOf } from "../../helpers/contract-client.js";
import { useServiceClient, useServices } from "./use-services.js";

interface Item {
  readonly itemId: string;
}
interface Store {
  put(item: object, metadata: Metadata, done: (error: ServiceError | null) => void): ClientUnaryCall;
  listItems(request: object, metadata: Metadata): ClientReadableStream<Item>;
}

test("a process that drains finishes the calls that run, with all that they send, and refuses others", async () => {
  const request = { module: "./slow-store.mjs", protos: ["./shop/v1/store.proto"], includeDirs: ["."] };
  const served = await useServices(request);
  const client = useServiceClient<Store>(served, "shop/v1/store.proto", "shop.v1.Store");
  const metadata = bearerOf(served.token);
  const call = client.listItems({ limit: 50 }, metadata);
  const items: string[] = [];
  call.on("data", ({ itemId }: Item) => items.push(itemId));
  const ended = once(call, "end");
  await once(call, "data");
  const gone = served.isolator.shutdown({ reason: "enough", graceMs: 5_000 });
  const refusal = await new Promise<ServiceError | null>((resolve) => client.put({}, metadata, resolve));
  expect(refusal).toMatchObject({ code: status.UNAVAILABLE, details: expect.stringContaining("shutting down") });
  await ended;
  expect(items).toHaveLength(50);
  expect(items.at(-1)).toBe("item-49 STOPPED");
  await gone;
});
