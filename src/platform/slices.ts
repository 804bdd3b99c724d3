/** Work in small steps: at each `yield` the event loop may turn. A step must be bounded. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** How long all work of this kind together holds the event loop in one turn. */
const SLICE_MS = 2;

/** The pause before each slice where nothing else is to keep the process alive: an immediate would not run by itself then. */
const PAUSE_MS = 1;

interface Job {
  readonly keepsAlive: boolean;
  readonly steps: Steps<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const jobs: Job[] = [];
let immediate: NodeJS.Immediate | undefined;
let timer: NodeJS.Timeout | undefined;

/**
 * Does the work between the turns of the event loop, beside whatever else is done so: it takes its time where there is
 * much of it, and what waits for the loop waits for 2 ms at the most. Begins in the next turn.
 *
 * @param keepsAlive whether the process stays alive for it; default true
 */
export function inSlices<T>(steps: Steps<T>, keepsAlive = true): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    jobs.push({ keepsAlive, steps, resolve: resolve as Job["resolve"], reject });
    schedule();
  });
}

/**
 * Does the work inside this call, for at most as long as `mayGoOn` says, which is asked after each step. Undefined when
 * that was not enough: the work is ended where it is then.
 */
export function atOnce<T>(steps: Steps<T>, mayGoOn: () => boolean = () => true): T | undefined {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (!mayGoOn()) {
      // What the work holds open is given back.
      steps.return(undefined as T);
      return undefined;
    }
  }
}

function schedule(): void {
  if (immediate !== undefined || jobs.length === 0) return;
  if (jobs.some(({ keepsAlive }) => keepsAlive)) {
    clearTimeout(timer);
    immediate = setImmediate(turn);
  } else if (timer === undefined) {
    timer = setTimeout(turn, PAUSE_MS).unref();
  }
}

function turn(): void {
  immediate = undefined;
  timer = undefined;
  const deadline = performance.now() + SLICE_MS;
  do {
    const job = jobs.shift();
    if (job === undefined) break;
    if (!advance(job)) jobs.push(job);
  } while (performance.now() < deadline);
  schedule();
}

/** Whether the job is finished. */
function advance({ steps, resolve, reject }: Job): boolean {
  try {
    const { done, value } = steps.next();
    if (done !== true) return false;
    resolve(value);
  } catch (error) {
    reject(error);
  }
  return true;
}
