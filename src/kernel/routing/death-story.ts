import { IsolationError } from "../../errors/index.js";
import { GrpcStatus } from "../../grpc/index.js";
import { STORY_MS } from "./bounds.js";
import type { Upstream } from "./routes.js";
import type { Refusal } from "./status-fields.js";

/** Why a process is gone; the connection may break a little sooner than that is known. */
async function storyOf(upstream: Upstream | undefined, who: string): Promise<IsolationError> {
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

/** What a request fails with whose process has died. @param what became of the request @param who the process is one of */
export async function refusalByDeath(
  path: string,
  what: string,
  who: string,
  upstream: Upstream | undefined,
): Promise<Refusal> {
  const story = await storyOf(upstream, who);
  const message = `${path.slice(0, 200)} ${what} in ${who}: ${story.message}`;
  return { code: GrpcStatus.UNAVAILABLE, message, error: story };
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
