import type { JSX } from "preact";
import type { EventFacts } from "../../../src/kernel/dashboard/messages.js";
import { formatAgo, formatClock, formatLife } from "../format.js";
import { printableLines } from "../printable.js";
import { Text } from "./text.js";

interface DeathListProps {
  readonly deaths: readonly EventFacts[];
  /** By the server's clock. */
  readonly now: number;
  /** Where they are of several. */
  onSelect?(name: string): void;
}

/** How processes ended, the newest first, each with what it wrote last. */
export function DeathList({ deaths, now, onSelect }: DeathListProps): JSX.Element {
  if (deaths.length === 0) return <p class="empty">None has died.</p>;
  return (
    <ol class="deaths">
      {deaths.map((event) => (
        <DeathItem key={`${event.isolate} ${event.time} ${event.pid}`} event={event} now={now} onSelect={onSelect} />
      ))}
    </ol>
  );
}

interface DeathItemProps {
  readonly event: EventFacts;
  readonly now: number;
  readonly onSelect: ((name: string) => void) | undefined;
}

function DeathItem({ event, now, onSelect }: DeathItemProps): JSX.Element {
  const { isolate, time, generation, pid, text, death } = event;
  const hint = tellingLine(death?.stderrTail ?? "");
  const tail = printableLines(death?.stderrTail ?? "").trimEnd();
  return (
    <li>
      <p class="what">
        {onSelect !== undefined && (
          <button type="button" class="link" onClick={() => onSelect(isolate)}>
            <Text of={isolate} />
          </button>
        )}
        <span class="reason">
          <Text of={text} />
        </span>
      </p>
      {hint !== "" && (
        <p class="hint">
          <Text of={hint} title />
        </p>
      )}
      <p class="when">
        <time dateTime={new Date(time).toISOString()} title={formatClock(time)}>
          {formatAgo(now - time)}
        </time>
        <span>gen {generation}</span>
        {pid > 0 && <span>pid {pid}</span>}
        {death !== undefined && <span>lived {formatLife(death.uptimeMs)}</span>}
        {death !== undefined && <span>{death.willRestart ? "restarted" : "not restarted"}</span>}
      </p>
      {tail !== "" && (
        <details>
          <summary>stderr</summary>
          <pre tabIndex={0} dir="ltr">
            {tail}
          </pre>
        </details>
      )}
    </li>
  );
}

/** Of what a process wrote last the line that says most: the message of an error, else the last one. */
function tellingLine(tail: string): string {
  const lines = tail.split("\n").filter((line) => line.trim() !== "");
  return lines.findLast((line) => /^\S*(?:Error|Exception|FATAL|panic)\b.*:/.test(line)) ?? lines.at(-1) ?? "";
}
