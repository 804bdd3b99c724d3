import type { JSX } from "preact";
import type { Point, Reading } from "../../../src/kernel/dashboard/messages.js";
import { formatBytes, formatCount, formatDuration, formatMs, formatPercent, formatRate, NONE } from "../format.js";
import { Sparkline } from "./sparkline.js";
import { StateBadge } from "./state-mark.js";

/** A column of the table of isolates. */
export interface Column {
  readonly id: string;
  readonly title: string;
  /** What it is, in full. */
  readonly about?: string;
  readonly isNumber?: true;
  /** What rows are sorted by; the larger first. Without, the column cannot be sorted. */
  readonly by?: (reading: Reading) => number | string | null;
  cell(reading: Reading, points: readonly Point[]): JSX.Element | string;
}

export const COLUMNS: readonly Column[] = [
  { id: "state", title: "State", by: ({ state }) => state, cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: "generation",
    title: "Gen",
    about: "Generation: 1 for the first process",
    isNumber: true,
    by: (one) => one.generation,
    cell: (one) => generationOf(one),
  },
  {
    id: "uptime",
    title: "Uptime",
    isNumber: true,
    by: (one) => one.uptimeMs,
    cell: (one) => formatDuration(one.uptimeMs),
  },
  {
    id: "cpu",
    title: "Processor",
    about: "Of one processor",
    isNumber: true,
    by: (one) => one.cpuPercent,
    cell: (one, points) => figure(points, "cpuPercent", 10, formatPercent(one.cpuPercent)),
  },
  {
    id: "memory",
    title: "Memory",
    about: "Resident memory",
    isNumber: true,
    by: (one) => one.rssBytes,
    cell: (one, points) => figure(points, "rssBytes", 1, formatBytes(one.rssBytes)),
  },
  {
    id: "rate",
    title: "Calls/s",
    about: "Calls that ended, per second",
    isNumber: true,
    by: (one) => one.callsPerSecond,
    cell: (one) => formatRate(one.callsPerSecond),
  },
  {
    id: "p50",
    title: "p50",
    about: "Half of the calls of the last ten seconds took no longer",
    isNumber: true,
    by: (one) => one.p50Ms,
    cell: (one) => formatMs(one.p50Ms),
  },
  {
    id: "p99",
    title: "p99",
    about: "99 of 100 calls of the last ten seconds took no longer",
    isNumber: true,
    by: (one) => one.p99Ms,
    cell: (one) => formatMs(one.p99Ms),
  },
  {
    id: "running",
    title: "Running",
    about: "Calls that run now",
    isNumber: true,
    by: (one) => one.callsInFlight,
    cell: (one) => formatCount(one.callsInFlight),
  },
  {
    id: "queue",
    title: "Queue",
    about: "Calls that wait",
    isNumber: true,
    by: (one) => one.waiting,
    cell: (one) => formatCount(one.waiting),
  },
];

function generationOf({ generation, version }: Reading): string {
  if (generation === 0) return NONE;
  return version > 1 ? `v${version} \u00b7 ${generation}` : String(generation);
}

function figure(points: readonly Point[], of: keyof Point, least: number, text: string): JSX.Element {
  return (
    <span class="figure">
      <Sparkline points={points} of={of} width={72} height={18} seconds={60} least={least} />
      <span class="value">{text}</span>
    </span>
  );
}
