/** The files of a serialized `FileDescriptorSet`, each still serialized: `repeated FileDescriptorProto file = 1`. */
export function splitDescriptorSet(bytes: Buffer): Buffer[] {
  const files: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    offset += 1;
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes.readUInt8(offset++);
      length |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    files.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return files;
}
