import type { Findings } from "./findings.js";
import type { LiveValues } from "./live-values.js";
import type { RecordedEvents } from "./recorded-events.js";
import type { RecordedValues } from "./recorded-values.js";

/** What everybody who compares needs: what is recorded, and where it is told what differs. */
export interface ReplayParts {
  readonly values: RecordedValues;
  readonly events: RecordedEvents;
  readonly live: LiveValues;
  readonly findings: Findings;
  /** How long anything that the record has may take, in milliseconds. */
  readonly timeoutMs: number;
}
