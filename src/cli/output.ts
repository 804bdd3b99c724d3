import { EXIT } from "./exit-codes.js";

/** Ends the command when its reader went away (`pihost ps | head -1`), as the signal SIGPIPE would. */
export function endOnBrokenOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.brokenPipe);
    process.stderr.write(`pihost: cannot write to stdout: ${error.message}\n`);
    process.exit(EXIT.cannotWrite);
  });
  // Nobody is left to be told.
  process.stderr.on("error", () => {});
}

/** Resolves when all that was written has reached the other side, which takes its time with a slow reader of a pipe. */
export async function flushOutput(): Promise<void> {
  const flush = (stream: NodeJS.WriteStream): Promise<void> =>
    new Promise((resolve) => stream.write("", () => resolve()));
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
}

/** Writes lines to stdout: what the command was asked for. */
export function print(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** As `JSON.stringify`, also without the control characters that JSON leaves as they are and terminals heed. */
export function jsonLine(value: unknown, replacer?: (key: string, value: unknown) => unknown, indent?: number): string {
  const json = JSON.stringify(value, replacer, indent);
  return json.replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

/** Writes lines to stderr: what is said about it. */
export function note(...lines: string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}
