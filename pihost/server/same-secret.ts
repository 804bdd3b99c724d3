/** Takes as long for every value of the right length, which is no secret. */
export function isSameSecret(given: Buffer, expected: Buffer): boolean {
  // Few processes are ever asked by their sockets; the module costs every one of them.
  const { timingSafeEqual } = process.getBuiltinModule("node:crypto");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
