import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { expect, test } from "vitest";
import { KernelServiceService } from "../../../src/contract/gen/pihost/v1/kernel_service.js";
import { kernelDescriptors } from "../../../src/contract/kernel.js";
import { REQUESTS } from "../../../src/kernel/connect/index.js";
import { kernelService } from "../../../src/kernel/service/index.js";
import { useOperations } from "./use-operations.js";

const methods = Object.values(KernelServiceService);

test("every method of the contract is served, in its form, and every client has its codecs", async () => {
  const { kernel } = await useOperations();
  const served = kernelService(kernel).methods.map(({ path, requestStream, responseStream }) => {
    return { path, requestStream, responseStream };
  });
  const declared = methods.map(({ path, requestStream, responseStream }) => ({ path, requestStream, responseStream }));
  const byPath = (a: { path: string }, b: { path: string }): number => a.path.localeCompare(b.path);
  expect(served.toSorted(byPath)).toEqual(declared.toSorted(byPath));
  expect(Object.keys(REQUESTS).toSorted()).toEqual(methods.map(({ path }) => path.split("/")[2]).toSorted());
});

test("its descriptors are whole: each file comes after those that it imports", () => {
  // FileDescriptorSet: field 1, with a length before each file.
  const set = kernelDescriptors().flatMap((file) => [Buffer.from([0x0a, ...varint(file.length)]), file]);
  const contract = loadFileDescriptorSetFromBuffer(Buffer.concat(set));
  const service = contract["pihost.v1.KernelService"] ?? {};
  expect(Object.keys(service)).toHaveLength(methods.length);
  const text = kernelDescriptors().map((file) => Buffer.from(file).toString("latin1"));
  const names = text.map((file) => /[a-z_]+\/[a-z0-9_/]+\.proto/.exec(file)?.[0]);
  expect(names.at(-1)).toBe("pihost/v1/kernel_service.proto");
  expect(names.indexOf("pihost/v1/errors.proto")).toBeLessThan(names.indexOf("pihost/v1/kernel.proto"));
});

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
