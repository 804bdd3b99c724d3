import { decodeValue } from "../../codec/index.js";
import { encodedOf, type ReadRecord, type RecordedValue, type Side } from "../../recording/index.js";

/** What stands in a value for something that was lent. */
export interface LentDescriptor {
  readonly kind: "function" | "object" | "signal" | "stream" | "readable";
  readonly id: number;
  readonly kept?: boolean;
  readonly iterable?: boolean;
  /** Of a signal that was aborted before: its reason, as base64. */
  readonly aborted?: string;
}

/** Something that was lent, in a value that was made of a record to be compared. */
export class Lent {
  readonly kind: LentDescriptor["kind"];
  /** Which one: the process, who has lent it, and the number that it had there. */
  readonly key: string;

  constructor(kind: LentDescriptor["kind"], key: string) {
    this.kind = kind;
    this.key = key;
  }
}

/** A value that the record does not have. */
export class NotKept extends Error {}

/** A value in the record is none. */
export class BadRecord extends Error {
  readonly line: number;

  constructor(line: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.line = line;
  }
}

/** Makes values of what is recorded. */
export class RecordedValues {
  /** What came in chunks, by the process, the side and the number of the payload. */
  readonly #chunks = new Map<string, Buffer[]>();

  constructor({ lines }: ReadRecord) {
    for (const line of lines) {
      if (line.kind !== "chunk") continue;
      const key = `${line.process}:${line.by}:${line.payload}`;
      const parts = this.#chunks.get(key) ?? [];
      parts.push(Buffer.from(line.data, "base64"));
      this.#chunks.set(key, parts);
    }
  }

  /**
   * @param by who sent it
   * @param importLent what is put in the place of each thing that was lent
   * @throws NotKept; Error when it is no value
   */
  decode(
    value: RecordedValue,
    process: number,
    by: Side,
    importLent: (descriptor: LentDescriptor) => unknown,
  ): unknown {
    if ("lost" in value) throw new NotKept(String(value.lost));
    if ("json" in value) return structuredClone(value.json);
    const importBytes = (place: unknown): Uint8Array => this.#bytesOf(place, process, by);
    const encoded = "text" in value ? encodedOf(value.text, value.bytes) : Buffer.from(importBytes(value.place));
    return decodeValue(encoded, { importBytes, importReference: (descriptor) => importLent(lentOf(descriptor)) });
  }

  /**
   * As `decode`, for a value of a line.
   *
   * @returns nothing where the record does not have the value
   * @throws BadRecord when it is no value
   */
  decodeIn(
    { process, by, line }: { readonly process: number; readonly by: Side; readonly line: number },
    value: RecordedValue,
    importLent: (descriptor: LentDescriptor) => unknown,
  ): { readonly value: unknown } | undefined {
    try {
      return { value: this.decode(value, process, by, importLent) };
    } catch (error) {
      if (error instanceof NotKept) return undefined;
      throw new BadRecord(line, error);
    }
  }

  /** A value that is in another one, encoded. */
  decodeEncoded(encoded: Uint8Array, process: number): unknown {
    return decodeValue(Buffer.from(encoded), { importBytes: (place) => this.#bytesOf(place, process, "host") });
  }

  #bytesOf(place: unknown, process: number, by: Side): Uint8Array {
    const { chunks, length } = Object(place) as { chunks?: unknown; length?: unknown };
    const parts = this.#chunks.get(`${process}:${by}:${chunks}`);
    const bytes = parts === undefined ? undefined : Buffer.concat(parts);
    if (bytes === undefined || bytes.length !== length) throw new NotKept("the record does not have all of its bytes");
    // A copy: an ArrayBuffer that they fill becomes a part of the value.
    return new Uint8Array(bytes);
  }
}

function lentOf(descriptor: unknown): LentDescriptor {
  const { kind, id } = Object(descriptor) as Partial<LentDescriptor>;
  if (typeof kind === "string" && Number.isInteger(id)) return descriptor as LentDescriptor;
  throw new Error("what was lent in it is not described");
}
