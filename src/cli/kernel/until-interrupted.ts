import { onStopSignals } from "../stop-signals.js";

/** Does something until it is done or somebody presses Ctrl+C, which the signal tells. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const forget = onStopSignals({ ask: () => over.abort(), force: () => process.exit() });
  try {
    await work(over.signal);
  } finally {
    forget();
  }
}
