import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { kernelFixture, useKernel } from "./use-kernel.js";

type Client = typeof import("../fixtures/kernel/client.mjs");

const shop = {
  module: kernelFixture("shop.mjs"),
  grpc: { proto: kernelFixture("shop.proto") },
};

const useShop = async (uses: readonly string[]) => {
  const isolates = { shop, other: { ...shop, grpc: { proto: kernelFixture("other.proto") } } };
  const kernel = await useKernel({ isolates: { ...isolates, client: { module: kernelFixture("client.mjs"), uses } } });
  return kernel.isolate<Client>("client").api;
};

test("an isolate calls a gRPC service that it was granted by any gRPC client", async () => {
  const client = await useShop(["shop.v1.Shop"]);
  expect(await client.buy("shop.v1.Shop", "tea")).toEqual({ name: "tea", price: 3 });
});

test("no other service answers it", async () => {
  const client = await useShop(["shop.v1.Shop"]);
  const refused = await client.buy("other.v1.Shop", "tea");
  expect(refused).toMatchObject({ code: 7 });
});

test("without such a grant it is told nothing of the front door", async () => {
  const client = await useShop(["shop"]);
  const error = await isolationError(client.buy("shop.v1.Shop", "tea"));
  expect(error.code).toBe("NOT_GRANTED");
  expect(error.message).toContain("its uses in the manifest name no gRPC service");
});
