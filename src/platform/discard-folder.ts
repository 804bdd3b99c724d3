import { existsSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { hostReaper } from "./host-reaper.js";
import { type Remains, removeInPlace, removeSteps } from "./remove-folder.js";
import { atOnce, inSlices, type Steps } from "./slices.js";

/** How long callers wait for the little that there is in most folders: some steps, and milliseconds. */
const FREE_STEPS = 24;
const FREE_MS = 4;

/** When many processes end at once, the callers together wait so many milliseconds in each span of time. */
const FREE_MS_IN_SPAN = 10;
const SPAN_MS = 50;

/** More than that is the reaper's, who does not take the host's time. */
const MOST_STEPS = 500;

const span = { since: Number.NEGATIVE_INFINITY, spentMs: 0 };

/**
 * Removes a folder in which code that is not trusted has written. When it returns, the folder is gone under its name, and
 * gone at all where it held little; the rest may be beside it as `FOLDER.NUMBER` until the returned function is called.
 * What is next to the folder must be out of reach for that code.
 *
 * @returns has the rest removed by the reaper, which goes on when this host ends; call it when nobody can write there any
 *   more. Resolves when that is under way, and never rejects.
 */
export function discardFolder(folder: string): () => Promise<void> {
  const progress = { moved: 0 };
  const steps = removeSteps(folder, progress);
  const remains = removeLittle(steps);
  if (remains === undefined) {
    const moved = Array.from({ length: progress.moved }, (_, at) => `${folder}.${at}`);
    return () => removeAll(moved.filter((path) => existsSync(path)));
  }
  // In a thread: the system takes milliseconds to free them.
  const unlinked = remains.large.map((file) => unlink(file).catch(() => {}));
  return async () => {
    await Promise.all(unlinked);
    await removeAll(remains.folders);
  };
}

/** The first step in any case. Undefined when that was not enough. */
function removeLittle(steps: Steps<Remains>): Remains | undefined {
  const start = performance.now();
  if (start - span.since > SPAN_MS) Object.assign(span, { since: start, spentMs: 0 });
  const mayGoOn = span.spentMs < FREE_MS_IN_SPAN;
  let done = 0;
  const remains = atOnce(steps, () => {
    done += 1;
    return mayGoOn && (done < FREE_STEPS || performance.now() - start < FREE_MS);
  });
  span.spentMs += performance.now() - start;
  return remains;
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await inSlices(removeSome(path), false)) continue;
    if (!hostReaper().discard(path)) await inSlices(removeSteps(path), false).catch(() => {});
  }
}

/** Whether a folder is gone after as much work as most take. It is in the same place when it is not. */
function* removeSome(path: string): Steps<boolean> {
  const steps = removeInPlace(path);
  for (let done = 0; done < MOST_STEPS; done += 1) {
    if (steps.next().done === true) break;
    yield;
  }
  steps.return();
  return !existsSync(path);
}
