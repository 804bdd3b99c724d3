import type { JSX } from "preact";
import { LOG_LINE_LEVELS, type LogLineLevel } from "../../../src/kernel/logs/level.js";
import type { LogFilter } from "../log-view.js";
import type { Model } from "../model.js";
import { printable } from "../printable.js";

interface LogFiltersProps {
  readonly model: Model;
  readonly filter: LogFilter;
  onFilter(filter: LogFilter): void;
}

export function LogFilters({ model, filter, onFilter }: LogFiltersProps): JSX.Element {
  const change = (part: Partial<LogFilter>): void => onFilter({ ...filter, ...part });
  return (
    <form class="filters" role="search" aria-label="Filter of the logs" onSubmit={(event) => event.preventDefault()}>
      <select
        aria-label="Isolate"
        value={filter.isolate ?? ""}
        onChange={(event) => change({ isolate: event.currentTarget.value || undefined })}
      >
        <option value="">All isolates</option>
        {model.graph.map(({ name }) => (
          <option key={name} value={name}>
            {printable(name)}
          </option>
        ))}
      </select>
      <select
        aria-label="Stream"
        value={filter.stream ?? ""}
        onChange={(event) => change({ stream: (event.currentTarget.value || undefined) as LogFilter["stream"] })}
      >
        <option value="">Both streams</option>
        <option value="stdout">stdout</option>
        <option value="stderr">stderr</option>
      </select>
      <select
        aria-label="Level"
        value={filter.level ?? ""}
        onChange={(event) => change({ level: (event.currentTarget.value || undefined) as LogLineLevel | undefined })}
      >
        <option value="">Every level</option>
        {LOG_LINE_LEVELS.slice(1).map((level) => (
          <option key={level} value={level}>
            {level === "fatal" ? "fatal" : `${level} and above`}
          </option>
        ))}
      </select>
      <input
        type="search"
        aria-label="Text"
        placeholder="Filter by text"
        value={filter.text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
    </form>
  );
}
