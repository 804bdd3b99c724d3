import { closeSync, openSync, readSync } from "node:fs";

const buffer = Buffer.allocUnsafeSlow(4_096);

/**
 * A file of the kernel's, whole, as latin1 text. Node's own `readFileSync` calls `Buffer.allocUnsafe`, which the program may
 * have replaced: a test that does so could not end a process any more.
 *
 * @throws Error as `openSync` and `readSync` do
 */
export function readKernelText(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    let text = "";
    for (;;) {
      const length = readSync(descriptor, buffer, 0, buffer.length, null);
      if (length === 0) return text;
      text += buffer.toString("latin1", 0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}
