import type { ExitOutcome } from "../process/index.js";
import type { Generation } from "./generation.js";

/** Why the isolator is, or is about to be, down for good. */
export type StopCause =
  | { readonly kind: "shutdown"; readonly reason: string }
  | { readonly kind: "terminated" }
  | { readonly kind: "crashed" }
  | { readonly kind: "exhausted" };

/** What the supervisor is doing. Data exists only in the states that have it. */
export type State =
  | { readonly kind: "idle" }
  | { readonly kind: "starting"; readonly generation: number; readonly abort: AbortController }
  | { readonly kind: "ready"; readonly live: Generation }
  | { readonly kind: "waiting"; readonly generation: number; readonly timer: NodeJS.Timeout | undefined }
  | { readonly kind: "stopping"; readonly live: Generation | undefined; readonly cause: StopCause }
  | { readonly kind: "stopped"; readonly cause: StopCause; readonly outcome: ExitOutcome | undefined };

const LEGAL_MOVES: { readonly [kind in State["kind"]]: readonly State["kind"][] } = {
  idle: ["starting"],
  starting: ["starting", "ready", "waiting", "stopping", "stopped"],
  ready: ["ready", "starting", "waiting", "stopping", "stopped"],
  waiting: ["waiting", "starting", "stopping", "stopped"],
  stopping: ["stopped"],
  stopped: [],
};

/** Whether a move is in the table. */
export function isLegalMove(from: State["kind"], to: State["kind"]): boolean {
  return LEGAL_MOVES[from].includes(to);
}

/** The next state; throws on a move that is not in the table, which is a defect of this package. */
export function move(from: State, to: State): State {
  if (!isLegalMove(from.kind, to.kind)) throw new Error(`illegal move from ${from.kind} to ${to.kind}`);
  return to;
}
