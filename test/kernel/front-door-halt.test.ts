import { credentials, loadPackageDefinition, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { expect, onTestFinished, test } from "vitest";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

interface Answer {
  readonly name: string;
  readonly price: number;
}

type Buy = (request: object, metadata: Metadata, done: (error: ServiceError | null, answer: Answer) => void) => void;
type Shop = new (address: string, how: object) => { buy: Buy; close(): void };

/** A client of the front door. */
function useClient(socket: string | undefined, token: string) {
  const { shop } = loadPackageDefinition(loadSync(kernelFixture("shop.proto"))) as unknown as {
    shop: { v1: { Shop: Shop } };
  };
  const client = new shop.v1.Shop(`unix:${socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return (name: string) =>
    new Promise<Answer>((resolve, reject) =>
      client.buy({ name }, metadata, (error, answer) => (error === null ? resolve(answer) : reject(error))),
    );
}

test("requests for an isolate that ends with the one it depends on wait for its next process", async () => {
  const kernel = await useKernel({
    supervision: { strategy: "rest-for-one" },
    isolates: {
      store: { module: kernelFixture("store.mjs") },
      front: {
        module: kernelFixture("patient.mjs"),
        graceMs: 500,
        uses: ["store"],
        grpc: { proto: kernelFixture("shop.proto") },
      },
    },
  });
  const buy = useClient(kernel.socket, kernel.tokens.create({ scopes: ["call:*"] }).token);
  const { price: before } = await buy("tea");
  const lost = buy("never").catch((error: ServiceError) => error.code);
  await buy("tea");

  const back = nextOf(kernel, "front", "restarted").then(({ pid }) => pid);
  const gone = nextOf(kernel, "store", "exited");
  process.kill(kernel.isolate("store").isolator.pid, "SIGKILL");
  await gone;
  // Its process has a call that never ends, and so drains for its grace.
  const prices = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 30));
      return (await buy("tea")).price;
    }),
  );
  const after = await back;
  expect(after).not.toBe(before);
  expect(new Set(prices)).toEqual(new Set([after]));
  expect(await lost).toBe(status.UNAVAILABLE);
});
