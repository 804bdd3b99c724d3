import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogLineLevel } from "../../../src/kernel/logs/level.js";
import { formatClock, formatCount } from "../format.js";
import type { KeptLine } from "../log-buffer.js";
import type { LogFilter } from "../log-view.js";
import type { Model } from "../model.js";
import { printable, printableLines } from "../printable.js";
import { readLine } from "../read-line.js";
import { useTopic } from "../use-topic.js";
import { LogFilters } from "./log-filters.js";
import { Text } from "./text.js";

const ROW = 20;
/** Rows that are there above and below what is seen. */
const SPARE = 10;

interface LogPaneProps {
  readonly model: Model;
  readonly filter: LogFilter;
  onFilter(filter: LogFilter): void;
}

/** What isolates write, as they write it. Only the rows that are seen exist. */
export function LogPane({ model, filter, onFilter }: LogPaneProps): JSX.Element {
  useTopic(model, "lines", "kernel");
  const list = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<KeptLine>();
  const { lines } = model.view;
  const height = list.current?.clientHeight ?? 0;
  const first = Math.max(0, Math.min(Math.floor(top / ROW) - SPARE, lines.length - 1));
  const rows = lines.slice(first, first + Math.ceil(height / ROW) + 2 * SPARE);
  const toEnd = (): void => {
    const element = list.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    if (isFollowing) toEnd();
    setTop(list.current?.scrollTop ?? 0);
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.target !== list.current) return;
    event.preventDefault();
    // Rows stay where they are while somebody goes through them.
    setFollowing(false);
    const seen = [...(list.current?.querySelectorAll<HTMLElement>(".row") ?? [])];
    seen.at(-1)?.focus();
  };
  const onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = list.current as HTMLDivElement;
    setTop(scrollTop);
    setFollowing(scrollHeight - scrollTop - clientHeight < ROW);
  };
  return (
    <>
      <LogFilters model={model} filter={filter} onFilter={onFilter} />
      <p id="log-keys" class="hidden">
        Enter goes into the lines, the last one first; up and down go from line to line, Enter shows one as a whole,
        Escape leaves them.
      </p>
      {/* No live region: what is written all the time would be read out all the time. */}
      <div
        class="log"
        ref={list}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Lines"
        aria-describedby="log-keys"
        onKeyDown={onKeyDown}
        onScroll={onScroll}
      >
        <div class="lines" style={{ height: `${lines.length * ROW}px` }}>
          <div class="rows" style={{ transform: `translateY(${first * ROW}px)` }}>
            {rows.map((kept) => (
              <Line key={kept.order} kept={kept} text={filter.text} isOpen={kept === open} onOpen={setOpen} />
            ))}
          </div>
        </div>
        {lines.length === 0 && <p class="empty">{emptyText(model, filter)}</p>}
      </div>
      {open !== undefined && <OpenLine kept={open} onClose={() => setOpen(undefined)} />}
      <div class="log-foot">
        <span>
          {formatCount(lines.length)} lines
          {model.dropped > 0 && <span class="dim"> · {formatCount(model.dropped)} more were too many to show</span>}
        </span>
        <button type="button" class="small" aria-pressed={isFollowing} onClick={() => setFollowing(!isFollowing)}>
          Follow
        </button>
        <button type="button" class="small" onClick={() => model.clearLines()}>
          Clear
        </button>
      </div>
    </>
  );
}

function emptyText(model: Model, { text, isolate, level, stream }: LogFilter): string {
  if (model.kernel === undefined) return "";
  const isFiltered = text !== "" || isolate !== undefined || level !== undefined || stream !== undefined;
  return isFiltered ? "No line matches the filter." : "No isolate has written anything yet.";
}

/** Up and down go from row to row; Enter opens one, Escape leaves them. */
function onRowKey(event: KeyboardEvent, toggle: () => void): void {
  const row = event.currentTarget as HTMLElement;
  const next = {
    ArrowUp: row.previousElementSibling,
    ArrowDown: row.nextElementSibling,
    Escape: row.closest("[role=log]"),
  }[event.key];
  if (event.key === "Enter" || event.key === " ") toggle();
  else if (next instanceof HTMLElement) next.focus();
  else return;
  event.preventDefault();
}

interface LineProps {
  readonly kept: KeptLine;
  /** What was looked for. */
  readonly text: string;
  readonly isOpen: boolean;
  onOpen(kept: KeptLine | undefined): void;
}

function Line({ kept, text, isOpen, onOpen }: LineProps): JSX.Element {
  const { line } = kept;
  const { level, message, fields } = readLine(line);
  const toggle = (): void => onOpen(isOpen ? undefined : kept);
  return (
    // Not a button: its text could not be selected, and copied.
    <div
      role="button"
      tabIndex={-1}
      aria-expanded={isOpen}
      class={`row ${line.stream} ${isOpen ? "open" : ""}`}
      onClick={() => getSelection()?.isCollapsed !== false && toggle()}
      onKeyDown={(event) => onRowKey(event, toggle)}
    >
      <time>{formatClock(line.time)}</time>
      <span class="isolate">
        <Text of={line.isolate} />
      </span>
      <LevelMark level={level} stream={line.stream} />
      <span class="text">
        <Marked text={printable(message)} part={text} />
        {fields !== "" && (
          <span class="fields">
            {" "}
            <Marked text={printable(fields)} part={text} />
          </span>
        )}
        {line.cut !== undefined && <span class="cut"> {formatCount(line.cut)} more characters</span>}
      </span>
    </div>
  );
}

function LevelMark({ level, stream }: { level: LogLineLevel | undefined; stream: "stdout" | "stderr" }): JSX.Element {
  if (level === undefined) return <span class="level none">{stream === "stderr" ? "stderr" : ""}</span>;
  return <span class={`level ${level}`}>{level}</span>;
}

/** A text in which what was looked for is marked. */
function Marked({ text, part }: { text: string; part: string }): JSX.Element {
  if (part === "") return <bdi dir="ltr">{text}</bdi>;
  const pieces: (JSX.Element | string)[] = [];
  const [lower, wanted] = [text.toLowerCase(), part.toLowerCase()];
  let from = 0;
  // Where letters change their length with their case, nothing is marked.
  for (let at = lower.indexOf(wanted); at >= 0 && lower.length === text.length; at = lower.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return (
    <bdi dir="ltr">
      {pieces}
      {text.slice(from)}
    </bdi>
  );
}

function OpenLine({ kept, onClose }: { kept: KeptLine; onClose: () => void }): JSX.Element {
  const { isolate, time, generation, pid, stream, text } = kept.line;
  return (
    <div class="open-line" role="group" aria-label="Whole line">
      <p>
        <b>
          <Text of={isolate} />
        </b>{" "}
        {formatClock(time)} · {stream} · generation {generation} · pid {pid}
        <button type="button" class="small" onClick={onClose}>
          Close
        </button>
      </p>
      <pre tabIndex={0} dir="ltr">
        {printableLines(text)}
      </pre>
    </div>
  );
}
