import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { kernelFixture, useKernel } from "./use-kernel.js";

const CALLERS = 32;

/** `buy` of shop.v1.Shop as bytes: the name, and its length as the price. */
const encode = (name: string): Buffer => Buffer.from([10, name.length, ...Buffer.from(name)]);

test("no request at the front door fails while its isolate is replaced and restarted, again and again", async () => {
  const shop = { module: kernelFixture("shop.mjs"), grpc: { proto: kernelFixture("shop.proto") } };
  const kernel = await useKernel({ isolates: { shop } });
  const client = new Client(`unix:${kernel.socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${kernel.tokens.create({ scopes: ["call:shop.v1.Shop"] }).token}`);
  const failures: ServiceError[] = [];
  let answered = 0;
  let isOver = false;
  const buy = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (error: ServiceError | null): void => {
        if (error === null) answered += 1;
        else failures.push(error);
        resolve();
      };
      const asIs = (bytes: Buffer): Buffer => bytes;
      client.makeUnaryRequest("/shop.v1.Shop/Buy", asIs, asIs, encode("tea"), metadata, done);
    });
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!isOver) await buy();
  });
  for (let round = 0; round < 6; round += 1) {
    if (round % 2 === 0) await kernel.replace("shop", { module: shop.module });
    else await kernel.restart("shop");
  }
  isOver = true;
  await Promise.all(callers);
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(CALLERS);
});
