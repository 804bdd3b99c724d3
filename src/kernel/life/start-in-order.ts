import { IsolationError } from "../../errors/index.js";
import type { Unit } from "./unit.js";

/**
 * Starts isolates as their dependencies allow, as many at once as that makes. The first essential one that fails ends it all.
 *
 * @param isOver whether the kernel ends: nothing more is started then
 * @param onFailed called for one that the kernel can do without
 * @throws IsolationError naming the isolate that failed, and why; the others may be under way still
 */
export async function startInOrder(
  units: ReadonlyMap<string, Unit>,
  isOver: () => boolean,
  onFailed: (unit: Unit, error: IsolationError) => void,
): Promise<void> {
  const ready = new Map<string, Promise<void>>();
  let hasFailed = false;
  // In the order of start: those that one depends on are here before it.
  for (const [name, unit] of units) {
    const before = unit.definition.dependencies.map((dependency) => ready.get(dependency));
    const start = Promise.all(before).then(() => (hasFailed || isOver() ? undefined : startOne(unit, onFailed)));
    start.catch(() => {
      hasFailed = true;
    });
    ready.set(name, start);
  }
  await Promise.all(ready.values());
}

async function startOne(unit: Unit, onFailed: (unit: Unit, error: IsolationError) => void): Promise<void> {
  try {
    await unit.start();
  } catch (error) {
    const failure = IsolationError.is(error) ? error : new IsolationError("START_FAILED", String(error));
    if (unit.definition.essential) throw startError(unit, failure);
    onFailed(unit, failure);
  }
}

function startError({ name, definition }: Unit, error: IsolationError): IsolationError {
  const place = definition.where();
  const where = place === undefined ? "" : ` (${place})`;
  const message = `the isolate ${name}${where} could not be started: ${withoutCode(error)}`;
  const failure = new IsolationError(error.code, message, { cause: error, facts: { ...error.facts, isolate: name } });
  return failure;
}

/** Every message begins with its code, which this one's does, too. */
function withoutCode({ code, message }: IsolationError): string {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
}
