const trueTick = process.nextTick;

/**
 * Runs something of Node's own streams with the true `process.nextTick`. They look it up as they go, and with fake timers
 * in its place a write would never be told as done, and what was paused never go on.
 */
export function withTrueTicks<Result>(run: () => Result): Result {
  const present: unknown = Reflect.get(process, "nextTick");
  if (present === trueTick) return run();
  Reflect.set(process, "nextTick", trueTick);
  try {
    return run();
  } finally {
    Reflect.set(process, "nextTick", present);
  }
}
