import fc from "fast-check";
import { expect, test } from "vitest";
import { CallDetails, IndexedPayload, Settlement } from "../../src/contract/gen/pihost/v1/session.js";
import { callDetailsLength, readCallDetails, writeCallDetails } from "../../src/session/call-details-bytes.js";
import {
  indexedPayloadLength,
  readIndexedPayload,
  writeIndexedPayload,
} from "../../src/session/indexed-payload-bytes.js";
import { readSettlement, settlementLength, writeSettlement } from "../../src/session/settlement-bytes.js";
import { arbitraryCallDetails, arbitraryIndexedPayload, arbitrarySettlement } from "./arbitrary-frame.js";

/** In the middle of other bytes, which are no part of it. */
function written<Message>(
  message: Message,
  lengthOf: (message: Message) => number,
  write: (into: Buffer, start: number, message: Message) => number,
): { bytes: Buffer; start: number; end: number } {
  const start = 3;
  const end = start + lengthOf(message);
  const bytes = Buffer.alloc(end + 5, 0xff);
  expect(write(bytes, start, message)).toBe(end);
  return { bytes, start, end };
}

test("details of a call are read by hand as they were written, and as the generated code reads them", () => {
  fc.assert(
    fc.property(arbitraryCallDetails, (details) => {
      const { bytes, start, end } = written(details, callDetailsLength, writeCallDetails);
      expect(CallDetails.decode(bytes.subarray(start, end))).toEqual(details);
      const hasBareName = Object.entries(details.trace).some(([name, value]) => name === "" || value === "");
      expect(readCallDetails(bytes, start, end)).toEqual(hasBareName ? undefined : details);
    }),
  );
});

test("a settlement is read by hand as it was written, and as the generated code reads it", () => {
  fc.assert(
    fc.property(arbitrarySettlement, (settlement) => {
      const { bytes, start, end } = written(settlement, settlementLength, writeSettlement);
      expect(Settlement.decode(bytes.subarray(start, end))).toEqual(settlement);
      expect(readSettlement(bytes, start, end)).toEqual(settlement);
    }),
  );
});

test("an item is read by hand as it was written, and as the generated code reads it", () => {
  fc.assert(
    fc.property(arbitraryIndexedPayload, (item) => {
      const { bytes, start, end } = written(item, indexedPayloadLength, writeIndexedPayload);
      expect(IndexedPayload.decode(bytes.subarray(start, end))).toEqual(item);
      expect(readIndexedPayload(bytes, start, end)).toEqual(item);
      for (let cut = start; cut < end; cut += 1) {
        expect(readOrNothing(() => readIndexedPayload(bytes, start, cut))).toBeUndefined();
      }
    }),
  );
});

test("what is cut off is not read by hand, unless it is whole fields that are missing", () => {
  fc.assert(
    fc.property(arbitraryCallDetails, arbitrarySettlement, fc.nat(), (details, settlement, seed) => {
      const call = written(details, callDetailsLength, writeCallDetails);
      const callEnd = call.start + (seed % (call.end - call.start + 1));
      const read = readOrNothing(() => readCallDetails(call.bytes, call.start, callEnd));
      if (read !== undefined) expect(read).toEqual(CallDetails.decode(call.bytes.subarray(call.start, callEnd)));
      const answer = written(settlement, settlementLength, writeSettlement);
      const answerEnd = answer.start + (seed % (answer.end - answer.start));
      expect(readOrNothing(() => readSettlement(answer.bytes, answer.start, answerEnd))).toBeUndefined();
    }),
  );
});

function readOrNothing<Message>(read: () => Message | undefined): Message | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
