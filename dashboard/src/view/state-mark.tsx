import type { JSX } from "preact";
import type { IsolateState } from "../../../src/kernel/dashboard/messages.js";

/** A shape of its own for each state: colour alone would not tell all people. */
const SHAPES: Readonly<Record<IsolateState, JSX.Element>> = {
  ready: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  waiting: (
    <circle cx="6" cy="6" r="3.9" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2.2 1.9" />
  ),
  starting: (
    <g>
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.4" />
      <path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" />
    </g>
  ),
  restarting: <path d="M6 .9 11.4 10.6H.6z" fill="currentColor" />,
  stopping: <rect x="2" y="2" width="8" height="8" rx="1" fill="none" stroke="currentColor" stroke-width="1.6" />,
  stopped: <rect x="1.8" y="1.8" width="8.4" height="8.4" rx="1.4" fill="currentColor" />,
  failed: <path d="M2 2 10 10M10 2 2 10" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />,
};

export function StateMark({ state }: { state: IsolateState }): JSX.Element {
  return (
    <svg class={`mark state-${state}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

/** The mark and the word. */
export function StateBadge({ state }: { state: IsolateState }): JSX.Element {
  return (
    <span class={`badge state-${state}`}>
      <StateMark state={state} />
      {state}
    </span>
  );
}
