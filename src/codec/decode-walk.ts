import type { ByteSource } from "./byte-source.js";
import type { DecodeContext } from "./decode-context.js";

/** The walk over the nodes of a graph, as whoever decodes one kind of node sees it. */
export interface DecodeWalk {
  readonly source: ByteSource;
  readonly context: DecodeContext;
  /** @throws TypeError, RangeError or SyntaxError for what is not of the format. */
  decode(node: unknown): unknown;
  /** Decodes the fields in place. @param remember whether what they are in is an object of its own */
  decodeFields(fields: Record<string, unknown>, remember: boolean): Record<string, unknown>;
  /** Gives an object the next number, under which the nodes after it refer to it. */
  remember<Item>(item: Item): Item;
  /** Takes the next number for an object that is not made yet. @param placeholder what its own parts find under it */
  reserve(placeholder: unknown): number;
  /** Puts an object under the number that was reserved for it. */
  settle<Item>(number: number, item: Item): Item;
}
