import type { JSX } from "preact";
import type { EventFacts, Reading } from "../../../src/kernel/dashboard/messages.js";
import { formatBytes, formatClock, formatCount, formatPercent, formatRate } from "../format.js";
import type { Model } from "../model.js";
import { useTopic } from "../use-topic.js";
import { DeathList } from "./death-list.js";
import { Text } from "./text.js";

const SHOWN_DEATHS = 12;
const SHOWN_EVENTS = 30;

/** What is to be said of all isolates, while none is selected. */
export function Overview({ model, onSelect }: { model: Model; onSelect: (name: string) => void }): JSX.Element {
  useTopic(model, "readings", "events");
  const { readings } = model;
  const sum = (of: (one: Reading) => number | null): number =>
    readings.reduce((total, one) => total + (of(one) ?? 0), 0);
  const deaths = [...model.deaths.values()]
    .flat()
    .sort((a, b) => b.time - a.time)
    .slice(0, SHOWN_DEATHS);
  return (
    <>
      <h2>Overview</h2>
      <dl class="figures">
        <Figure title="Memory" value={formatBytes(sum((one) => one.rssBytes))} />
        <Figure title="Processor" value={formatPercent(sum((one) => one.cpuPercent))} />
        <Figure title="Calls/s" value={formatRate(sum((one) => one.callsPerSecond))} />
        <Figure title="Queue" value={formatCount(sum((one) => one.waiting))} />
      </dl>
      <h3>Last deaths</h3>
      <DeathList deaths={deaths} now={model.now} onSelect={onSelect} />
      <h3>Events</h3>
      <EventList events={model.events.slice(-SHOWN_EVENTS).reverse()} />
    </>
  );
}

export function Figure({ title, value }: { title: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** @param events the newest first */
export function EventList({
  events,
  isOfOne = false,
}: {
  events: readonly EventFacts[];
  isOfOne?: boolean;
}): JSX.Element {
  if (events.length === 0) return <p class="empty">Nothing has happened yet.</p>;
  return (
    <ol class="events">
      {events.map((event, index) => (
        <li key={`${event.time} ${event.type} ${event.isolate} ${events.length - index}`}>
          <time dateTime={new Date(event.time).toISOString()}>{formatClock(event.time).slice(0, 8)}</time>
          <span class="event">
            {!isOfOne && event.isolate !== "" && (
              <b>
                <Text of={event.isolate} />{" "}
              </b>
            )}
            {event.type.replace("kernel.", "kernel ")}
            {event.text !== "" && (
              <span class="dim">
                {" "}
                <Text of={event.text} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
