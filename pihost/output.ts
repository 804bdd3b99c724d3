/**
 * Makes writes to stdout and stderr reach the pipe before they return, so that nothing is lost when the process ends by
 * `process.exit` or a signal. Node does this for pipes on Windows only.
 *
 * `setBlocking` of the handle is not documented, but is what npm and yargs rely on for the same purpose; where it is
 * missing, the last lines before a sudden end may be lost and nothing else changes.
 */
export function makeOutputSynchronous(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => unknown } };
    handle?.setBlocking?.(true);
  }
}
