/** Kinds of errors that were reported: a broken one would else fill the log with every call. */
const reported = new Set<string>();
const MOST = 100;

/** What telemetry throws is no concern of whoever is observed: each error is said once, and that is all. */
export function report(error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (reported.has(text) || reported.size >= MOST) return;
  reported.add(text);
  const where = error instanceof Error ? `\n${error.stack}` : "";
  process.emitWarning(`telemetry threw, which changes nothing else: ${text}${where}`, "TelemetryWarning");
}

/** Runs a hook. */
export function guarded<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    report(error);
    return undefined;
  }
}
