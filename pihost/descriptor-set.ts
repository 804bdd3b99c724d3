interface Field {
  readonly bytes: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** The files of a serialized `FileDescriptorSet`, each still serialized: `repeated FileDescriptorProto file = 1`. */
export function splitDescriptorSet(set: Buffer): Buffer[] {
  const files: Buffer[] = [];
  for (let offset = 0; offset < set.length; ) {
    const { bytes, end } = readField(set, offset);
    files.push(bytes);
    offset = end;
  }
  return files;
}

/** The name of a serialized `FileDescriptorProto`: its first field, which every serializer writes first. */
export function descriptorName(file: Uint8Array): string {
  return readField(Buffer.from(file.buffer, file.byteOffset, file.byteLength), 0).bytes.toString();
}

/** A field with a length in front, whose tag has one byte. */
function readField(bytes: Buffer, at: number): Field {
  let offset = at + 1;
  let length = 0;
  let shift = 0;
  let byte: number;
  do {
    byte = bytes.readUInt8(offset++);
    length |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte >= 0x80);
  return { bytes: bytes.subarray(offset, offset + length), end: offset + length };
}
