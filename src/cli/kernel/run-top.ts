import type { ReadStream } from "node:tty";
import type { KernelServiceListResponse } from "../../contract/kernel.js";
import { IsolationError } from "../../errors/index.js";
import { fromTimestamp } from "../../kernel/service/index.js";
import { CommandFailure } from "../command-failure.js";
import { EXIT } from "../exit-codes.js";
import { formatBytes, formatDuration } from "../format.js";
import { jsonLine, print } from "../output.js";
import { printTable } from "../table.js";
import { styled } from "../terminal.js";
import { withKernel } from "./choose-kernel.js";
import { fit, layOut } from "./columns.js";
import { FullScreen } from "./full-screen.js";
import { ISOLATE_COLUMNS, type IsolateRow } from "./isolate-columns.js";
import { isolateJson } from "./isolate-json.js";
import { RowReader } from "./read-rows.js";
import type { TopOptions } from "./top.js";

/** q, Ctrl+C and Ctrl+D, which arrive as characters here. */
const LEAVING: ReadonlySet<string> = new Set(["q", "Q", "\x03", "\x04"]);

/** Between the two readings of a table that is printed once, in milliseconds. */
const ONCE_MS = 250;

/** Shows a kernel's isolates until somebody leaves, or it has ended. */
export async function runTop(options: TopOptions): Promise<number> {
  await withKernel(options, async (client) => {
    const reader = new RowReader(client);
    if (options.json) await printReadings(reader, options.interval);
    else if (process.stdout.isTTY && process.env.TERM !== "dumb") await showReadings(reader, options.interval);
    else await printOnce(reader);
  });
  return EXIT.done;
}

async function printReadings(reader: RowReader, intervalMs: number): Promise<void> {
  for (;;) {
    const { kernel, rows } = await reader.read();
    const isolates = kernel.isolates.map((one, index) => ({ ...isolateJson(one), cpuPercent: rows[index]?.cpu }));
    print(jsonLine({ time: new Date().toISOString(), kernel: kernel.kernel, isolates }));
    await pause(intervalMs);
  }
}

async function printOnce(reader: RowReader): Promise<void> {
  await reader.read();
  await pause(ONCE_MS);
  const { rows } = await reader.read();
  printTable(
    ISOLATE_COLUMNS.map(({ title }) => title),
    rows.map((row) => ISOLATE_COLUMNS.map(({ cell }) => cell(row))),
  );
}

async function showReadings(reader: RowReader, intervalMs: number): Promise<void> {
  const screen = new FullScreen(process.stdout);
  const keys = new Keys(process.stdin);
  let last: Awaited<ReturnType<RowReader["read"]>> | undefined;
  const draw = (): void => {
    if (last !== undefined) screen.draw(page(last.kernel, last.rows, screen));
  };
  process.stdout.on("resize", draw);
  try {
    while (!keys.isLeft) {
      last = await reader.read();
      draw();
      await Promise.race([pause(intervalMs), keys.left]);
    }
  } catch (error) {
    if (!IsolationError.is(error, "STOPPED")) throw error;
    throw new CommandFailure(EXIT.failed, `${last?.kernel.kernel ?? "the kernel"} has ended`);
  } finally {
    process.stdout.off("resize", draw);
    keys.close();
    screen.close();
  }
}

function page(
  kernel: KernelServiceListResponse,
  rows: readonly IsolateRow[],
  { columns, rows: height }: FullScreen,
): string[] {
  const [head = "", ...lines] = layOut(ISOLATE_COLUMNS, rows, columns);
  const room = Math.max(1, height - 4);
  const hidden = lines.length - room;
  const shown = hidden > 0 ? [...lines.slice(0, room - 1), `… and ${hidden + 1} more`] : lines;
  return [
    styled(process.stdout, "bold", fit(title(kernel, rows), columns)),
    "",
    styled(process.stdout, "inverse", fit(head, columns)),
    ...shown,
  ];
}

function title({ kernel, pid, startedAt }: KernelServiceListResponse, rows: readonly IsolateRow[]): string {
  const ready = rows.filter(({ state }) => state === "ready").length;
  const sum = (value: (row: IsolateRow) => number | undefined): number =>
    rows.reduce((total, row) => total + (value(row) ?? 0), 0);
  return [
    `${kernel} (pid ${pid})`,
    `up ${formatDuration(Date.now() - fromTimestamp(startedAt))}`,
    `${ready} of ${rows.length} ready`,
    `${sum(({ calls }) => calls)} calls`,
    formatBytes(sum(({ rssBytes }) => rssBytes)),
    `${sum(({ cpu }) => cpu).toFixed(1)} %`,
  ].join(" · ");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a key, or a signal, that leaves. */
class Keys {
  readonly left: Promise<void>;
  isLeft = false;
  readonly #stdin: ReadStream;
  #leave = (): void => {};
  readonly #onSignal = (): void => this.#leave();
  readonly #onData = (data: Buffer): void => {
    if ([...String(data)].some((key) => LEAVING.has(key))) this.#leave();
  };

  constructor(stdin: ReadStream) {
    this.#stdin = stdin;
    this.left = new Promise((resolve) => {
      this.#leave = () => {
        this.isLeft = true;
        resolve();
      };
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, this.#onSignal);
    if (!stdin.isTTY) return;
    stdin.setRawMode(true);
    stdin.on("data", this.#onData);
    stdin.resume();
  }

  close(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, this.#onSignal);
    if (!this.#stdin.isTTY) return;
    this.#stdin.off("data", this.#onData);
    this.#stdin.setRawMode(false);
    this.#stdin.pause();
  }
}
