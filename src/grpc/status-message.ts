/** What `grpc-message` may not hold as it is: anything but printable ASCII, "%" itself, and a space at either end. */
const UNSAFE = /^ |[^ -$&-~]| $/;

/** A status message as the header `grpc-message` carries it: UTF-8, percent-encoded where it must be. */
export function encodeStatusMessage(message: string): string {
  if (!UNSAFE.test(message)) return message;
  const bytes = Buffer.from(message);
  let encoded = "";
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    const isEdge = index === 0 || index === bytes.length - 1;
    const isSafe = byte > 0x20 && byte < 0x7f && byte !== 0x25;
    if (isSafe || (byte === 0x20 && !isEdge)) encoded += String.fromCharCode(byte);
    else encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/** The message again. What is no percent-encoding stays as it is, since a status must never get lost. */
export function decodeStatusMessage(encoded: string): string {
  if (!encoded.includes("%")) return encoded;
  const bytes: number[] = [];
  for (let index = 0; index < encoded.length; index += 1) {
    const hex = encoded.slice(index + 1, index + 3);
    if (encoded[index] === "%" && /^[0-9a-f]{2}$/i.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      index += 2;
    } else bytes.push(encoded.charCodeAt(index) & 0xff);
  }
  return Buffer.from(bytes).toString();
}
