import type { Readable } from "node:stream";

/** The text of a stream, read a part at a time. */
export interface Followed {
  /** What came since the last part, once it holds what is looked for. */
  until(pattern: RegExp): Promise<string>;
}

/** Reads a stream as it comes; nothing of it is lost between two parts. */
export function follow(stream: Readable): Followed {
  let text = "";
  let isOver = false;
  let look = (): void => {};
  stream.on("data", (chunk: Buffer) => {
    text += String(chunk);
    look();
  });
  stream.on("end", () => {
    isOver = true;
    look();
  });
  return {
    until: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (pattern.test(text)) {
            const part = text;
            text = "";
            look = () => {};
            resolve(part);
          } else if (isOver) reject(new Error(`the output ended without ${pattern}: ${text}`));
        };
        look();
      }),
  };
}
