const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface StopSteps {
  /** The first signal: end in order. */
  ask(signal: NodeJS.Signals): void;
  /** Every further signal: end at once. */
  force(): void;
}

/** Listens for the signals by which people and systems end a program; returns how to stop listening. */
export function onStopSignals({ ask, force }: StopSteps): () => void {
  let asked = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (asked) force();
    else ask(signal);
    asked = true;
  };
  for (const signal of STOP_SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, listener);
  };
}
