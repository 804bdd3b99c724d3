import type { UnitState } from "../../kernel/life/index.js";
import { formatBytes, formatDuration } from "../format.js";
import { printable, styled } from "../terminal.js";
import type { Column } from "./columns.js";

/** An isolate as the tables show it. */
export interface IsolateRow {
  readonly name: string;
  readonly state: UnitState;
  /** Its processes: more than one where the manifest says so. */
  readonly processes: number;
  /** Of the oldest of them. */
  readonly pid: number;
  readonly generation: number;
  readonly version: number;
  readonly module: string;
  readonly uptimeMs: number | undefined;
  /** Of all processes, as is the memory. */
  readonly calls: number | undefined;
  readonly rssBytes: number | undefined;
  /** Of one processor, in percent; only where there is one process. */
  readonly cpu: number | undefined;
}

const COLOURS: Readonly<Record<UnitState, Parameters<typeof styled>[1]>> = {
  waiting: "dim",
  starting: "yellow",
  ready: "green",
  restarting: "yellow",
  stopping: "yellow",
  stopped: "dim",
  failed: "red",
};

/** In the colour of the state, where stdout has colours. */
export function inStateColour(text: string, state: UnitState): string {
  return styled(process.stdout, COLOURS[state], text);
}

const orDash = <T>(value: T | undefined, shown: (value: T) => string): string =>
  value === undefined ? "-" : shown(value);

/** `4711`, or `4711 +2` where two others run beside it. */
function pidCell({ pid, processes }: IsolateRow): string {
  if (pid === 0) return "-";
  return processes > 1 ? `${pid} +${processes - 1}` : String(pid);
}

/** What is known of each isolate; what counts least goes first on a narrow terminal. */
export const ISOLATE_COLUMNS: readonly Column<IsolateRow>[] = [
  { title: "NAME", cell: ({ name }) => printable(name), rank: 0 },
  { title: "STATE", cell: ({ state }) => state, rank: 0, style: (cell, { state }) => inStateColour(cell, state) },
  { title: "PID", cell: pidCell, isRight: true, rank: 1 },
  { title: "CALLS", cell: ({ calls }) => orDash(calls, String), isRight: true, rank: 4 },
  { title: "MEMORY", cell: ({ rssBytes }) => orDash(rssBytes, formatBytes), isRight: true, rank: 2 },
  { title: "CPU", cell: ({ cpu }) => orDash(cpu, (percent) => `${percent.toFixed(1)} %`), isRight: true, rank: 3 },
  { title: "UPTIME", cell: ({ uptimeMs }) => orDash(uptimeMs, formatDuration), isRight: true, rank: 5 },
  { title: "GEN", cell: ({ generation }) => (generation === 0 ? "-" : String(generation)), isRight: true, rank: 6 },
  { title: "VERSION", cell: ({ version }) => String(version), isRight: true, rank: 7 },
  { title: "MODULE", cell: ({ module }) => printable(shortModule(module)), rank: 8 },
];

/** The last part of a file's URL; the name of a package. */
function shortModule(module: string): string {
  return module.startsWith("file:") ? decodeURI(module.slice(module.lastIndexOf("/") + 1)) : module;
}
