import type { ExitOutcome, IsolatorEventSource, IsolatorEvents } from "../index.js";
import { jsonLine, note } from "./output.js";
import { printable, styled } from "./terminal.js";

/** Output passes through and is no event here. */
type ReportedEvent = Exclude<keyof IsolatorEvents, "stdout" | "stderr">;

/** An event as a line for people: what happened, and its facts. */
type Describe<Name extends ReportedEvent> = (facts: IsolatorEvents[Name][0]) => readonly [what: string, facts: object];

const DESCRIPTIONS: { readonly [Name in ReportedEvent]: Describe<Name> } = {
  started: ({ pid, generation }) => ["STARTED", { pid, generation }],
  startFailed: ({ generation, error }) => ["START FAILED", { generation, code: error.code }],
  exited: ({ pid, generation, outcome }) => ["EXIT", { pid, generation, ...ending(outcome), reason: outcome.reason }],
  restarting: ({ generation, delayMs, restarts }) => ["RESTARTING", { generation, delayMs, restarts }],
  restarted: ({ pid, generation }) => ["STARTED", { pid, generation }],
  recycled: ({ pid, generation, predecessor }) => ["RECYCLED", { pid, generation, predecessor }],
  unresponsive: ({ pid, generation, diagnosis, forMs }) => ["UNRESPONSIVE", { pid, generation, diagnosis, forMs }],
  limit: ({ pid, limit, bound, observed, soft }) => ["LIMIT", { pid, limit, bound, observed, soft }],
  restartsExhausted: ({ restarts }) => ["RESTARTS EXHAUSTED", { restarts }],
  debugger: ({ pid, generation, url }) => ["DEBUGGER", { pid, generation, url }],
};

/** What of an isolator's events is written to stderr. */
export interface ReportOptions {
  /** As lines of JSON. */
  readonly json?: true;
  /** As lines for people. */
  readonly verbose?: true;
  /** At least the debugger's URL. */
  readonly debug?: true;
}

export function reportEvents(events: IsolatorEventSource, { json, verbose, debug }: ReportOptions): void {
  for (const name of Object.keys(DESCRIPTIONS) as ReportedEvent[]) {
    const describe = DESCRIPTIONS[name] as (facts: object) => ReturnType<Describe<ReportedEvent>>;
    const report = (facts: object): void => {
      if (json) note(toJsonLine(name, facts));
      if (verbose) note(toLine(...describe(facts)));
    };
    events.on(name, report);
  }
  if (debug && !json && !verbose) events.on("debugger", ({ url }) => note(`pihost: waiting for a debugger at ${url}`));
}

function ending(outcome: ExitOutcome): object {
  return outcome.kind === "exited" ? { code: outcome.code } : { signal: outcome.signal };
}

/** `STARTED pid=4711 generation=1` */
function toLine(what: string, facts: object): string {
  const pairs = Object.entries(facts).map(([name, value]) => printable(`${name}=${value}`));
  return [styled(process.stderr, "bold", what), ...pairs].join(" ");
}

function toJsonLine(event: string, facts: object): string {
  const time = new Date().toISOString();
  return jsonLine({ event, time, ...facts }, (_, value: unknown) => {
    if (!(value instanceof Error)) return value;
    const { name, message } = value;
    return { ...value, name, message };
  });
}
