import type { RemoteError } from "../../src/contract/index.js";

/** Bytes of an error's name, and of its code, which are what somebody decides by; they are seldom longer. */
const NAME_BYTES = 200;

/** What protobuf takes for an error, and for each of its fields, at the most. */
const BYTES_PER_ERROR = 32;
const BYTES_PER_FIELD = 16;

interface Room {
  bytesLeft: number;
}

/** The same error in so many bytes, roughly: the outermost one is first served; of a message half of what there is. */
export function cutError(error: RemoteError, bytes: number): RemoteError {
  return cut(error, { bytesLeft: bytes });
}

function cut(error: RemoteError, room: Room): RemoteError {
  room.bytesLeft -= BYTES_PER_ERROR + error.frameworkCode.length;
  const name = take(error.name, room, NAME_BYTES);
  const code = typeof error.code === "string" ? take(error.code, room, NAME_BYTES) : error.code;
  const message = take(error.message, room, room.bytesLeft / 2);
  const thrown = takeValue(error.thrown, room);
  return {
    ...error,
    name,
    code,
    message,
    // What was thrown and is too large to be told is not nothing.
    thrown:
      error.thrown !== undefined && thrown === undefined
        ? cutText(JSON.stringify(error.thrown), room.bytesLeft)
        : thrown,
    stack: take(error.stack, room),
    fields: takeFields(error.fields, room),
    cause: error.cause === undefined || !hasRoom(room) ? undefined : cut(error.cause, room),
    causeValue: takeValue(error.causeValue, room),
    errors: error.errors.filter(() => hasRoom(room)).map((member) => cut(member, room)),
  };
}

function hasRoom({ bytesLeft }: Room): boolean {
  return bytesLeft > 4 * BYTES_PER_ERROR;
}

function take(text: string, room: Room, most = room.bytesLeft): string {
  const taken = cutText(text, Math.min(most, room.bytesLeft));
  room.bytesLeft -= Buffer.byteLength(taken);
  return taken;
}

function takeValue(value: unknown, room: Room): unknown {
  if (value === undefined) return undefined;
  const bytes = sizeOf(value);
  if (bytes > room.bytesLeft) return undefined;
  room.bytesLeft -= bytes;
  return value;
}

function takeFields(fields: RemoteError["fields"], room: Room): RemoteError["fields"] {
  if (fields === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => {
      const bytes = Buffer.byteLength(key) + sizeOf(value);
      if (bytes > room.bytesLeft) return false;
      room.bytesLeft -= bytes;
      return true;
    }),
  );
}

/** As `google.protobuf.Value`, estimated: of a number nine bytes, of anything that has parts some for each. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return BYTES_PER_FIELD + Buffer.byteLength(value);
  if (typeof value !== "object" || value === null) return BYTES_PER_FIELD;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + Buffer.byteLength(key) + sizeOf(item),
    BYTES_PER_FIELD,
  );
}

/** As much of a text as so many bytes of UTF-8 hold, without half of a character. */
export function cutText(text: string, bytes: number): string {
  // No more characters than bytes; what is left of one in two parts is made whole by the encoding.
  const encoded = Buffer.from(text.slice(0, Math.max(0, Math.ceil(bytes) + 1)));
  let end = Math.max(0, Math.floor(bytes));
  if (encoded.length <= end) return encoded.toString();
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString("utf8", 0, end);
}
