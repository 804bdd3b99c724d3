import type { HostProcess } from "./host-process.js";

/** How long a process gets between SIGTERM and the kill of its tree. */
const SIGTERM_MS = 500;

export interface StopSteps {
  /** Asks the process to end. May fail or never settle. */
  readonly ask: () => Promise<unknown>;
  /** Milliseconds that the process gets to end after it was asked. */
  readonly graceMs: number;
  /** Called before the process is made to end against its will. */
  readonly onForce: () => void;
}

/** Ask, wait, then force: the request, SIGTERM, the kill of the whole tree. Resolves when the process is gone. */
export async function stopProcess(child: HostProcess, { ask, graceMs, onForce }: StopSteps): Promise<void> {
  ask().catch(() => {});
  if (await endsWithin(child, graceMs)) return;
  onForce();
  child.signal("SIGTERM");
  if (await endsWithin(child, SIGTERM_MS)) return;
  await child.killTree("SIGKILL");
  await child.exited;
}

/** Whether the process ends in time; if so, only after its output was read. */
async function endsWithin(child: HostProcess, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, ms, "late");
  });
  const first = await Promise.race([child.ended, late]);
  clearTimeout(timer);
  if (first === "late") return false;
  await child.exited;
  return true;
}
