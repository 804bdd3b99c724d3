import { types } from "node:util";

const { get: isResizable } = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "resizable") ?? {};
const { get: maxByteLength } = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "maxByteLength") ?? {};
const { at } = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

interface Resizable extends ArrayBuffer {
  resize(length: number): void;
}

/** How long a resizable ArrayBuffer may become; `undefined` for one of a fixed length. */
export function maxLengthOf(buffer: ArrayBufferLike): number | undefined {
  return isResizable !== undefined && Reflect.apply(isResizable, buffer, []) === true
    ? Reflect.apply(maxByteLength as () => number, buffer, [])
    : undefined;
}

/** @throws TypeError for a view that its ArrayBuffer does not reach any more, or whose ArrayBuffer was transferred away */
export function checkInBounds(view: ArrayBufferView): void {
  if (types.isDataView(view)) void view.byteLength;
  // Every method of a typed array looks first.
  else Reflect.apply(at, view, [0]);
}

/** Whether a view becomes as long as its ArrayBuffer does. Nothing but a change of that says so. */
export function isLengthTracking(view: ArrayBufferView, bytesPerElement: number): boolean {
  const { buffer, byteOffset, byteLength } = view;
  const max = maxLengthOf(buffer);
  if (max === undefined || max < bytesPerElement) return false;
  const { byteLength: length } = buffer;
  const end = byteOffset + byteLength;
  // One of a fixed length may end sooner; this one would not.
  if (length - end >= bytesPerElement) return false;
  if (length + bytesPerElement <= max) return lengthAt(view, length + bytesPerElement) !== byteLength;
  return byteLength > 0 && lengthAt(view, length - bytesPerElement) !== undefined;
}

/**
 * Its length while the ArrayBuffer has another one, and `undefined` if it is out of bounds then; the bytes that this cuts
 * off are put back.
 */
function lengthAt(view: ArrayBufferView, other: number): number | undefined {
  const buffer = view.buffer as Resizable;
  const { byteLength } = buffer;
  const cutOff = other < byteLength ? new Uint8Array(buffer.slice(other)) : undefined;
  buffer.resize(other);
  try {
    checkInBounds(view);
    return view.byteLength;
  } catch {
    return undefined;
  } finally {
    buffer.resize(byteLength);
    if (cutOff !== undefined) new Uint8Array(buffer).set(cutOff, other);
  }
}
