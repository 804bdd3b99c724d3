import { array, boolean, assert as check, integer, property, record, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { Deframer, type FramedMessage } from "../../src/grpc/deframer.js";
import { frame } from "./use-grpc-server.js";

test("messages are the same, however their bytes are cut into pieces", () => {
  const messages = array(record({ compressed: boolean(), bytes: uint8Array({ maxLength: 300 }) }), { maxLength: 8 });
  check(
    property(messages, array(integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, sizes) => {
      const bytes = Buffer.concat(sent.map((one) => frame(Buffer.from(one.bytes), { flag: Number(one.compressed) })));
      const came: FramedMessage[] = [];
      const deframer = new Deframer(1_000, (message) => came.push(message));
      for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] as number;
        deframer.push(bytes.subarray(offset, offset + size));
        offset += size;
      }
      expect(deframer.isAtBoundary).toBe(true);
      expect(came.map(({ compressed, bytes: body }) => ({ compressed, bytes: Buffer.from(body) }))).toEqual(
        sent.map(({ compressed, bytes: body }) => ({ compressed, bytes: Buffer.from(body) })),
      );
    }),
  );
});

test("a message of which only the beginning came takes no more than a multiple of that", () => {
  const deframer = new Deframer(64 * 1024 * 1024, () => {});
  const before = process.memoryUsage().arrayBuffers;
  deframer.push(frame("x", { length: 64 * 1024 * 1024 }));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  expect(deframer.isAtBoundary).toBe(false);
});
