import type { WriteStream } from "node:tty";
import type { IsolateEvent, KernelEvents } from "../../kernel/events.js";
import type { KernelRuntime } from "../../kernel/runtime.js";
import { toEventText } from "./event-text.js";
import { LiveRegion } from "./live-region.js";
import { PlainView } from "./plain-view.js";
import { TableView } from "./table-view.js";
import type { UpOptions } from "./up-options.js";

/** Where `pihost up` shows what happens. */
export interface UpView {
  /** A line of an isolate. */
  output(event: Extract<IsolateEvent, { type: "stdout" | "stderr" }>): void;
  /** Whatever else happens. */
  event(event: ReturnType<typeof toEventText>): void;
  /** A line by `host.log`. */
  log(line: string): void;
  /** A line of the command itself. */
  note(line: string): void;
  /** All isolates are ready. */
  ready(): void;
  close(): void;
}

const OF_KERNEL = ["escalated", "exhausted", "stopping", "stopped"] as const satisfies readonly (keyof KernelEvents)[];

/** Follows a kernel: in a table on a terminal, else line by line. */
export function createUpView(runtime: KernelRuntime, { plain, json }: UpOptions): UpView {
  const isTable = process.stdout.isTTY && plain !== true && process.env.TERM !== "dumb";
  const view = isTable
    ? new TableView(runtime, new LiveRegion(process.stdout as WriteStream))
    : new PlainView(runtime, json === true);
  runtime.events.on("isolate", (event) => {
    if (event.type === "stdout" || event.type === "stderr") view.output(event);
    else view.event(toEventText(event.type, event));
  });
  for (const name of OF_KERNEL)
    runtime.events.on(name, (facts: object) => view.event(toEventText(`kernel.${name}`, facts)));
  return view;
}
