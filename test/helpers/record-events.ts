import type { IsolatorEvents, ProcessIsolator } from "process-isolation";

type EventName = keyof IsolatorEvents;
/** One emitted event with its name. */
export type RecordedEvent = { [name in EventName]: { readonly name: name } & IsolatorEvents[name][0] }[EventName];

const LIFECYCLE: readonly EventName[] = [
  "started",
  "startFailed",
  "exited",
  "restarting",
  "restarted",
  "restartsExhausted",
];

/** All lifecycle events from now on, in order. */
export function recordEvents(isolator: ProcessIsolator): RecordedEvent[] {
  const recorded: RecordedEvent[] = [];
  for (const name of LIFECYCLE) {
    isolator.events.on(name, (event: object) => recorded.push({ name, ...event } as RecordedEvent));
  }
  return recorded;
}

/** The next event of that name. */
export function nextEvent<Name extends EventName>(
  isolator: ProcessIsolator,
  name: Name,
): Promise<IsolatorEvents[Name][0]> {
  return new Promise((resolve) => {
    isolator.events.once(name, ((event: IsolatorEvents[Name][0]) => resolve(event)) as never);
  });
}
