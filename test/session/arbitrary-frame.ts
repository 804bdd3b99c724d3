import fc from "fast-check";
import type { CallDetails, IndexedPayload, Payload, SessionFrame, Settlement } from "../../src/contract/index.js";

/** Numbers around every length that a varint may have, and any other. */
const number = fc.oneof(
  fc.nat({ max: 0xffff_ffff }),
  fc.constantFrom(
    0,
    1,
    0x7f,
    0x80,
    0x3fff,
    0x4000,
    0x1f_ffff,
    0x20_0000,
    0xfff_ffff,
    0x1000_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
  ),
);

/** Well-formed text, as JSON.stringify makes it: a string field of protobuf carries no other. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.constantFrom(
    "",
    "[]",
    '[1,"\\ud800"]',
    "\ufefftext",
    "\u0000",
    "😀".repeat(50),
    "x".repeat(127),
    "é".repeat(8_192),
  ),
);

const bytes = fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data));

const payload: fc.Arbitrary<Payload> = fc.record({
  form: fc.oneof(
    fc.record({ $case: fc.constant("inline" as const), value: bytes }),
    fc.record({ $case: fc.constant("place" as const), value: text }),
    fc.constant(undefined),
  ),
});
const perhapsPayload = fc.option(payload, { nil: undefined });

const numbers = fc.oneof(
  fc.array(number, { maxLength: 8 }),
  fc.array(number, { minLength: 100, maxLength: 300 }),
  fc.constant<number[]>([]),
);

function list<Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  return fc.array(item, { maxLength: 3 });
}

const name = text.filter((key) => key !== "__proto__");

/** What frames are nearly always made of. */
const columns = {
  callIds: numbers,
  callHandles: numbers,
  callArgs: text,
  itemStreams: numbers,
  items: text,
  resultIds: numbers,
  results: text,
  voidIds: numbers,
};

/** Any frame, whether it makes sense to a Session or not. */
export const arbitraryFrame: fc.Arbitrary<SessionFrame> = fc.record({
  ...columns,
  introductions: list(fc.record({ handle: number, module: text, method: text, reference: number })),
  callDetails: list(
    fc.record({
      index: number,
      args: perhapsPayload,
      attempt: number,
      timeoutMs: number,
      trace: fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true }),
    }),
  ),
  cancels: numbers,
  streamResumes: numbers,
  itemPayloads: list(fc.record({ index: number, value: perhapsPayload })),
  streamEnds: list(fc.record({ stream: number, error: perhapsPayload })),
  aborts: list(fc.record({ signal: number, reason: perhapsPayload })),
  settlements: list(
    fc.record({
      id: number,
      outcome: fc.oneof(
        fc.record({ $case: fc.constant("value" as const), value: payload }),
        fc.record({ $case: fc.constant("error" as const), value: payload }),
        fc.constant(undefined),
      ),
    }),
  ),
  streamDemands: list(fc.record({ stream: number, items: number })),
  streamCloses: list(fc.record({ stream: number, error: perhapsPayload })),
  releases: numbers,
  segmentsRead: numbers,
  handleReleases: numbers,
  chunks: list(fc.record({ payload: number, data: bytes, dropped: fc.boolean() })),
  ping: number,
  pong: number,
});

/** A frame that has nothing but columns. */
export const arbitraryColumns: fc.Arbitrary<Pick<SessionFrame, keyof typeof columns>> = fc.record(columns);

const inline = fc.record({ form: fc.record({ $case: fc.constant("inline" as const), value: bytes }) });

/** Details of a call whose arguments, if they are apart, are in the frame. */
export const arbitraryCallDetails: fc.Arbitrary<CallDetails> = fc.record({
  index: number,
  args: fc.option(inline, { nil: undefined }),
  attempt: number,
  timeoutMs: number,
  trace: fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true }),
});

/** A settlement whose value or error is in the frame. */
export const arbitrarySettlement: fc.Arbitrary<Settlement> = fc.record({
  id: number,
  outcome: fc.record({ $case: fc.constantFrom("value" as const, "error" as const), value: inline }),
});

/** An item of a stream that is in the frame. */
export const arbitraryIndexedPayload: fc.Arbitrary<IndexedPayload> = fc.record({ index: number, value: inline });

/** A frame that has nothing but what is written by hand. */
export const arbitraryHandwritten: fc.Arbitrary<
  Pick<SessionFrame, keyof typeof columns | "callDetails" | "itemPayloads" | "settlements">
> = fc.record({
  ...columns,
  callDetails: list(arbitraryCallDetails),
  itemPayloads: list(arbitraryIndexedPayload),
  settlements: list(arbitrarySettlement),
});
