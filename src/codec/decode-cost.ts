/** What is made beside the nodes of a text, in bytes of memory, roughly. */
export const COST = {
  slot: 8,
  entry: 48,
  bareObject: 64,
  range: 96,
  date: 112,
  view: 208,
  collection: 256,
  buffer: 320,
  // Pages of its own, and two places in the system's table of what memory a process has, which ends with 65,530 of them.
  resizableBuffer: 65_536,
  // A SocketAddress, or a rule of a BlockList.
  platformValue: 512,
  regExp: 512,
  error: 1_024,
  // As much for the time that it takes.
  reference: 8_192,
} as const;
