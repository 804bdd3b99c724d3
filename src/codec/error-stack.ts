/** What stands between the frames of two processes in a joined stack. */
export const BOUNDARY_LINE = "    at <isolated process boundary>";

/** 64 KiB: deeper stacks are cut at a frame. */
export const MAX_STACK_LENGTH = 64 * 1024;

const FIRST_FRAME = "\n    at ";

let hiddenFile: string | undefined;
let hiddenMark: RegExp | undefined;

/**
 * Leaves the frames of a file out of the stacks that cross: those of the pihost itself say nothing to its users.
 *
 * @param mark what is left out of the names of other files
 */
export function hideFramesOf(file: string, mark?: RegExp): void {
  hiddenFile = file;
  hiddenMark = mark;
}

function withoutHiddenFrames(whole: string): string {
  const stack = hiddenMark === undefined ? whole : whole.replaceAll(hiddenMark, "");
  if (hiddenFile === undefined || !stack.includes(hiddenFile)) return stack;
  const file = hiddenFile;
  return stack
    .split("\n")
    .filter((line) => !line.startsWith("    at ") || !line.includes(file))
    .join("\n");
}

/** Cuts a stack at a line end; a message that fills it all by itself leaves half of the room to the frames. */
export function cutStack(whole: string, maxLength = MAX_STACK_LENGTH): string {
  const stack = withoutHiddenFrames(whole);
  if (stack.length <= maxLength) return stack;
  const firstFrame = stack.indexOf(FIRST_FRAME);
  if (firstFrame < 0) return stack.slice(0, maxLength);
  const header = stack.slice(0, Math.min(firstFrame, maxLength >> 1));
  const frames = stack.slice(firstFrame, firstFrame + maxLength - header.length);
  return header + frames.slice(0, frames.lastIndexOf("\n"));
}

/** The remote stack first, then the boundary, then the frames of the local call site. */
export function joinStacks(remoteStack: string, localStack: string | undefined): string {
  const firstFrame = localStack?.indexOf(FIRST_FRAME) ?? -1;
  if (localStack === undefined || firstFrame < 0) return remoteStack;
  return `${remoteStack}\n${BOUNDARY_LINE}${localStack.slice(firstFrame)}`;
}

/** Gives an error that was decoded by `decodeValue` the frames of the call that it answers. */
export function appendLocalStack(error: Error, local: { stack?: string }): void {
  const value = joinStacks(String(error.stack), local.stack);
  Reflect.defineProperty(error, "stack", { value, enumerable: false, configurable: true, writable: true });
}
