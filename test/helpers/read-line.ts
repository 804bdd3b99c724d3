import type { Readable } from "node:stream";

/** The next line of a stream that nobody else reads, without its end. */
export async function readLine(stream: Readable): Promise<string> {
  let line = "";
  for (;;) {
    const byte = stream.read(1) as Buffer | null;
    if (byte === null) await new Promise((resolve) => stream.once("readable", resolve));
    else if (byte[0] === 0x0a) return line;
    else line += byte.toString("latin1");
  }
}
