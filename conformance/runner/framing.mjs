const PREFIX = 5;

/** gRPC's length-prefixed message. @param {Buffer} message */
export function prefixed(message) {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/**
 * Cuts a stream of bytes into messages.
 * @param {(message: Buffer) => void} onMessage
 * @returns {(chunk: Buffer) => void} throws when a prefix is none
 */
export function createMessageReader(onMessage) {
  /** @type {Buffer[]} */
  let parts = [];
  let length = 0;
  return (chunk) => {
    parts.push(chunk);
    length += chunk.length;
    for (;;) {
      const first = parts[0];
      if (first === undefined || length < PREFIX) return;
      if (first.length < PREFIX) parts = [Buffer.concat(parts)];
      const head = /** @type {Buffer} */ (parts[0]);
      if (head[0] !== 0) throw new Error(`a message has the flag ${head[0]}; it must be 0`);
      const end = PREFIX + head.readUInt32BE(1);
      if (length < end) return;
      const all = parts.length === 1 ? head : Buffer.concat(parts);
      parts = all.length === end ? [] : [all.subarray(end)];
      length -= end;
      onMessage(all.subarray(PREFIX, end));
    }
  };
}
