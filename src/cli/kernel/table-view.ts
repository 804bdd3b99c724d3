import { KernelClient } from "../../kernel/connect/index.js";
import type { IsolateEvent } from "../../kernel/events.js";
import type { KernelRuntime } from "../../kernel/runtime.js";
import { printable, styled } from "../terminal.js";
import { fit, layOut } from "./columns.js";
import { type EventText, eventLine } from "./event-line.js";
import { hostAndPort } from "./host-and-port.js";
import { ISOLATE_COLUMNS, type IsolateRow } from "./isolate-columns.js";
import type { LiveRegion } from "./live-region.js";
import { nameColour } from "./name-colour.js";
import { RowReader } from "./read-rows.js";
import type { UpView } from "./up-view.js";

/** How often processes are asked how they are, in milliseconds. */
const REFRESH_MS = 1_000;

/** A table of the isolates that stays below what they write. */
export class TableView implements UpView {
  readonly #runtime: KernelRuntime;
  readonly #region: LiveRegion;
  readonly #width: number;
  readonly #timer: NodeJS.Timeout;
  readonly #onResize = (): void => this.#draw();
  #client: KernelClient | undefined;
  #reader: RowReader | undefined;
  #rows: readonly IsolateRow[] = [];
  #state = "starting";
  #isOver = false;
  #isDrawing = false;

  constructor(runtime: KernelRuntime, region: LiveRegion) {
    this.#runtime = runtime;
    this.#region = region;
    this.#width = Math.max(...[...runtime.manifest.isolates.keys()].map((name) => name.length));
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS).unref();
    process.stdout.on("resize", this.#onResize);
    this.#draw();
  }

  output({ type, isolate, line }: Extract<IsolateEvent, { type: "stdout" | "stderr" }>): void {
    const text = printable(line);
    this.#print(isolate, type === "stderr" ? styled(process.stdout, "dim", text) : text);
  }

  event(event: EventText): void {
    if (event.type === "kernel.stopping") this.#state = "stopping";
    this.#region.print(`${styled(process.stdout, "dim", clock())} ${eventLine(event, process.stdout)}`);
    this.#drawSoon();
  }

  log(line: string): void {
    this.#print("host", printable(line));
  }

  note(line: string): void {
    this.#region.print(`${styled(process.stdout, "dim", clock())} ${printable(line)}`);
  }

  ready(): void {
    this.#state = "ready";
    void this.#refresh();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    process.stdout.off("resize", this.#onResize);
    this.#client?.close();
    this.#rows = [];
    this.#state = "stopped";
    this.#paint();
    this.#region.close();
  }

  #print(name: string, text: string): void {
    this.#region.print(`${nameColour(name)(name.padEnd(this.#width))} ${styled(process.stdout, "dim", "|")} ${text}`);
  }

  /** As an operator anywhere else would. */
  async #refresh(): Promise<void> {
    const { door, tokens } = this.#runtime.entrance;
    if (door === undefined || this.#isOver) return;
    if (this.#reader === undefined) {
      this.#client = new KernelClient(door.socket, tokens.create({ scopes: ["operate"], note: "pihost up" }).token);
      this.#reader = new RowReader(this.#client);
    }
    try {
      this.#rows = (await this.#reader.read()).rows;
    } catch {
      // It is about to stop.
      this.#rows = [];
    }
    this.#draw();
  }

  /** Many events may come at once. */
  #drawSoon(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setImmediate(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    if (!this.#isOver) this.#paint();
  }

  #paint(): void {
    const { columns, rows } = this.#region;
    const table = layOut(ISOLATE_COLUMNS, this.#present(), columns - 1);
    const [head = "", ...lines] = table;
    // The footer, the head, and what there is room for.
    const room = Math.max(0, rows - 3);
    const hidden = lines.length - room;
    const shown = hidden > 0 ? [...lines.slice(0, Math.max(0, room - 1)), `… and ${hidden + 1} more`] : lines;
    const rule = styled(process.stdout, "dim", "─".repeat(Math.max(1, columns - 1)));
    this.#region.draw([rule, styled(process.stdout, "bold", head), ...shown, this.#footer(columns - 1)]);
  }

  /** The states of this moment, with the figures of the last second. */
  #present(): IsolateRow[] {
    const known = new Map(this.#rows.map((row) => [row.name, row]));
    return this.#runtime.list().map(({ name, state, pid, generation, version, module, instances }) => {
      const row = known.get(name);
      const isSame = row !== undefined && row.pid === pid && state === "ready";
      const figures = isSame ? row : { uptimeMs: undefined, calls: undefined, rssBytes: undefined, cpu: undefined };
      return { ...figures, name, state, pid, generation, version, module, processes: instances.length };
    });
  }

  #footer(width: number): string {
    const { manifest, entrance } = this.#runtime;
    const keys = this.#state === "stopping" ? "Ctrl+C ends it at once" : "Ctrl+C stops it";
    const end = this.#state === "stopped" ? "" : `  ${keys}`;
    const { socket = "", address } = entrance.door ?? {};
    const places = address === undefined ? socket : `${socket} ${hostAndPort(address)}`;
    const text = `${manifest.name} ${this.#state}  ${this.#state === "stopped" ? "" : places}${end}`;
    return styled(process.stdout, "dim", fit(text, Math.min(width, text.length)));
  }
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
