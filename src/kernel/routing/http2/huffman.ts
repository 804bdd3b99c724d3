/** Bits of the code of each byte, and of the end of a string at last (RFC 7541, appendix B). The code is canonical, so that lengths say it all. */
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;

/** Two entries for each node: what follows on 0 and on 1. A node above 0, a leaf as the complement of its symbol, or 0 for none. */
const TREE = buildTree();

function buildTree(): Int16Array {
  const tree = new Int16Array(2 * 512);
  const symbols = CODE_BITS.map((_, symbol) => symbol).sort(
    (a, b) => (CODE_BITS[a] as number) - (CODE_BITS[b] as number) || a - b,
  );
  let nodes = 1;
  let code = 0;
  let bits = 0;
  for (const symbol of symbols) {
    const length = CODE_BITS[symbol] as number;
    code <<= length - bits;
    bits = length;
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const at = 2 * node + ((code >>> bit) & 1);
      if (tree[at] === 0) tree[at] = nodes++;
      node = tree[at] as number;
    }
    tree[2 * node + (code & 1)] = ~symbol;
    code += 1;
  }
  return tree;
}

/** Room for one string; it holds what the longest string of a header block can become. */
let room = Buffer.allocUnsafe(4096);

/** The text of `bytes[from, to)`, one character for each byte; undefined where it is no Huffman code. */
export function decodeHuffman(bytes: Buffer, from: number, to: number): string | undefined {
  const most = Math.ceil(((to - from) * 8) / 5);
  if (room.length < most) room = Buffer.allocUnsafe(most);
  let length = 0;
  let node = 0;
  /** Bits since the last symbol, and whether all of them were ones: only such, up to seven, may fill the last byte. */
  let depth = 0;
  let isPadding = true;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    for (let bit = 7; bit >= 0; bit--) {
      const one = (byte >>> bit) & 1;
      const next = TREE[2 * node + one] as number;
      if (next > 0) {
        node = next;
        depth += 1;
        isPadding &&= one === 1;
        continue;
      }
      const symbol = ~next;
      if (next === 0 || symbol === END_OF_STRING) return undefined;
      room[length++] = symbol;
      node = 0;
      depth = 0;
      isPadding = true;
    }
  }
  return depth > 7 || !isPadding ? undefined : room.toString("latin1", 0, length);
}
