import { onTestFinished } from "vitest";

/** What Node.js warns of until the test is over: leaking listeners, deprecations. */
export function recordWarnings(): string[] {
  const warnings: string[] = [];
  const listener = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`);
  process.on("warning", listener);
  onTestFinished(() => void process.off("warning", listener));
  return warnings;
}
