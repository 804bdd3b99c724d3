import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Fields, HpackDecoder } from "../../../../src/kernel/routing/http2/hpack-decoder.js";
import { HpackEncoder } from "../../../../src/kernel/routing/http2/hpack-encoder.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const decoder = (): HpackDecoder => new HpackDecoder(64 * 1024, 256);

describe("the decoder", () => {
  test("reads the requests of RFC 7541, C.3, without Huffman codes", () => {
    const one = decoder();
    const first = [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com"];
    expect(one.decode(hex("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d")).fields).toEqual(first);
    const second = one.decode(hex("8286 84be 5808 6e6f 2d63 6163 6865")).fields;
    expect(second).toEqual([...first, "cache-control", "no-cache"]);
    const third = one.decode(hex("8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65")).fields;
    expect(third.slice(2)).toEqual([
      ":scheme",
      "https",
      ":path",
      "/index.html",
      ":authority",
      "www.example.com",
      "custom-key",
      "custom-value",
    ]);
  });

  test("reads the answers of RFC 7541, C.6, with Huffman codes and a table that runs over", () => {
    const one = decoder();
    const first =
      "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3";
    // The size of the table in the example.
    expect(one.decode(hex(`3fe101 ${first}`)).fields).toEqual([
      ":status",
      "302",
      "cache-control",
      "private",
      "date",
      "Mon, 21 Oct 2013 20:13:21 GMT",
      "location",
      "https://www.example.com",
    ]);
    expect(one.decode(hex("4883 640e ffc1 c0bf")).fields.slice(0, 4)).toEqual([
      ":status",
      "307",
      "cache-control",
      "private",
    ]);
    const third =
      "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07";
    expect(one.decode(hex(third)).fields).toEqual([
      ":status",
      "200",
      "cache-control",
      "private",
      "date",
      "Mon, 21 Oct 2013 20:13:22 GMT",
      "location",
      "https://www.example.com",
      "content-encoding",
      "gzip",
      "set-cookie",
      "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ]);
  });

  test.each([
    ["an index that is not in the table", "be", /index 62, which is not in the table/],
    ["index 0", "80", /index 0/],
    ["a number that does not end", "ffffffffffffff", /a number that does not end/],
    ["a string beyond its block", "0005 6162", /a string that is longer than its block/],
    ["a block that ends within a field", "40", /ends within a field/],
    ["a table larger than offered", "3fe2ff03", /a table of \d+ bytes/],
    ["a change of the table after a field", "8220", /after a field/],
    ["a code with the end of a string in it", "00 84 ffff ffff 00", /no Huffman code/],
    ["a code with more than seven bits of padding", "00 82 1fff 00", /no Huffman code/],
    ["a code whose padding are no ones", "00 81 18 00", /no Huffman code/],
    ["a name in capitals", "0001 41 00", /a field with the name "A"/],
    ["a value with a line break", "0001 61 01 0a", /a field with the value/],
  ])("refuses %s", (_, block, message) => {
    expect(() => decoder().decode(hex(block))).toThrow(message);
  });

  test("keeps nothing above the bound, and stays in step", () => {
    const one = new HpackDecoder(100, 3);
    const kept = Buffer.concat([hex("40 01 78 3c"), Buffer.alloc(60, "v")]);
    expect(one.decode(kept)).toMatchObject({ isTooLarge: false, size: 93 });
    expect(one.decode(hex("bebe"))).toMatchObject({ isTooLarge: true, size: 186, fields: ["x", "v".repeat(60)] });
    expect(one.decode(hex("be")).fields).toEqual(["x", "v".repeat(60)]);
  });

  test("never throws anything but a fault of the peer's", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (blocks) => {
        const one = decoder();
        try {
          for (const block of blocks) one.decode(Buffer.from(block));
        } catch (error) {
          expect(String(error)).toMatch(/the peer sent/);
        }
      }),
    );
  });
});

describe("the encoder", () => {
  const name = fc.constantFrom(
    ":path",
    "authorization",
    "grpc-status",
    "te",
    "user-agent",
    "x-other",
    "content-type",
    "grpc-message",
  );
  const value = fc.oneof(
    fc.constantFrom("trailers", "0", "/a.B/C", ""),
    fc.string({ unit: "grapheme-ascii", maxLength: 40 }),
    fc.constant("v".repeat(300)),
  );
  const block = fc.array(fc.tuple(name, value), { maxLength: 12 });
  const size = fc.option(fc.constantFrom(0, 40, 100, 1_000, 4_096, 65_536));

  test("is read as it was written, whatever the sizes of the table", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(size, block), { maxLength: 30 }), (blocks) => {
        const encoder = new HpackEncoder();
        const one = decoder();
        for (const [bytes, fields] of blocks) {
          if (bytes !== null) encoder.peerTableBytes = bytes;
          const flat: Fields = fields.flat();
          expect(one.decode(encoder.encode(flat)).fields).toEqual(flat);
        }
      }),
    );
  });

  test("says what is the same in most requests by one byte each", () => {
    const encoder = new HpackEncoder();
    const fields = [
      ":method",
      "POST",
      ":path",
      "/shop.v1.Store/Get",
      "te",
      "trailers",
      "authorization",
      "Bearer secret",
    ];
    encoder.encode(fields);
    expect(encoder.encode(fields)).toHaveLength(4);
  });
});
