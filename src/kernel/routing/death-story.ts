import { IsolationError } from "../../errors/index.js";
import { GrpcStatus } from "../../grpc/index.js";
import { STORY_MS } from "./bounds.js";
import type { Upstream } from "./routes.js";
import type { Refusal } from "./status-fields.js";

/** Why a process is gone; the connection may break a little sooner than that is known. */
export async function storyOf(upstream: Upstream | undefined, who: string): Promise<IsolationError> {
  const unknown = new IsolationError("CRASHED", `${who} closed its connection`);
  if (upstream === undefined) return unknown;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<IsolationError>((resolve) => {
    timer = setTimeout(resolve, STORY_MS, unknown);
  });
  const story = await Promise.race([upstream.gone, late]);
  clearTimeout(timer);
  return story;
}

/** Why there is no process for a request. */
export function refusalOf(error: unknown): Refusal {
  const known = error instanceof Error ? error : new Error(String(error));
  const isFull = IsolationError.is(known, "QUEUE_FULL");
  return {
    code: isFull ? GrpcStatus.RESOURCE_EXHAUSTED : GrpcStatus.UNAVAILABLE,
    message: known.message,
    error: known,
  };
}
