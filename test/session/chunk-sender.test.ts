import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkSender } from "../../src/session/chunk-sender.js";

const CHUNK_BYTES = 64 * 1024;
const MIB = 1024 * 1024;

/** What leaves, a letter for each part; payloads are named in the order in which they are added, from `a`. */
function orderOf(sizes: readonly number[], most = Number.POSITIVE_INFINITY): string {
  const sender = new ChunkSender();
  for (const size of sizes) sender.add(new Uint8Array(size), () => {});
  let order = "";
  const send = (payload: number): void => {
    order += String.fromCharCode(96 + payload);
  };
  while (order.length < most && sender.sendNext(send));
  return order;
}

describe("large payloads that are sent at the same time", () => {
  test("take turns, a part each", () => {
    expect(orderOf([3 * CHUNK_BYTES, 2 * CHUNK_BYTES, 1])).toBe("abcaba");
  });

  test("take turns eight at a time, and the next begins when one has ended", () => {
    const sizes = Array.from({ length: 10 }, () => 2 * CHUNK_BYTES);
    expect(orderOf(sizes)).toBe("abcdefghabcdefghijij");
  });

  test("take turns as long as there are 16 MiB beside the largest of them", () => {
    expect(orderOf([8 * MIB, 40 * MIB, 8 * MIB, CHUNK_BYTES + 1], 8)).toBe("abcabcab");
    expect(orderOf([CHUNK_BYTES * 2, 40 * MIB, MIB], 6)).toBe("abcabc");
    expect(orderOf([40 * MIB, 16 * MIB + 1, 1], 6)).toBe("aaaaaa");
    expect(orderOf([40 * MIB, 16 * MIB, 1], 6)).toBe("ababab");
  });

  test("arrive whole, each told once when its last part has left, whichever are given up", () => {
    const payload = fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), dropAfter: fc.option(fc.nat(12)) });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), (payloads) => {
        const sender = new ChunkSender();
        const sent: number[] = [];
        const received = new Map<number, Buffer>();
        const numbers = payloads.map(({ bytes }, index) => {
          const number: number = sender.add(Buffer.alloc(bytes, index + 1), () => sent.push(number));
          return number;
        });
        expect(new Set(numbers).size).toBe(payloads.length);
        const dropped = new Set<number>();
        for (let part = 0, more = payloads.length > 0; more; part += 1) {
          const gone = numbers.filter((number, index) => payloads[index]?.dropAfter === part && !sent.includes(number));
          for (const number of gone) dropped.add(number);
          sender.drop(gone);
          more = sender.sendNext((number, data) => {
            expect(data.length).toBeLessThanOrEqual(CHUNK_BYTES);
            expect(dropped.has(number)).toBe(false);
            received.set(number, Buffer.concat([received.get(number) ?? Buffer.alloc(0), data]));
          });
        }
        const kept = numbers.filter((number) => !dropped.has(number));
        expect([...sent].sort((a, b) => a - b)).toEqual(kept);
        for (const number of kept) {
          const index = numbers.indexOf(number);
          expect(received.get(number)?.equals(Buffer.alloc(payloads[index]?.bytes ?? -1, index + 1))).toBe(true);
        }
        expect(sender.sendNext(() => {})).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test("are copies, which their owner cannot change any more", () => {
    const sender = new ChunkSender();
    const bytes = Buffer.from("before");
    sender.add(bytes, () => {});
    bytes.write("after!");
    let text = "";
    sender.sendNext((_, data) => {
      text += Buffer.from(data).toString();
    });
    expect(text).toBe("before");
  });
});

describe("that none is on its way any more", () => {
  test.each<[string, (sender: ChunkSender) => void]>([
    ["sent", (sender) => void sender.sendNext(() => {})],
    ["given up", (sender) => sender.drop([1])],
    ["given up with all others", (sender) => sender.clear()],
  ])("is told when the last is %s", async (_, end) => {
    const sender = new ChunkSender();
    sender.add(new Uint8Array(1), () => {});
    let isEmpty = false;
    const empty = sender.whenEmpty().then(() => {
      isEmpty = true;
    });
    sender.drop([7]);
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    end(sender);
    await empty;
    await sender.whenEmpty();
  });
});
