import type { IsolateEvent } from "../../kernel/events.js";
import type { KernelRuntime } from "../../kernel/runtime.js";
import { jsonLine, note, print } from "../output.js";
import { printable } from "../terminal.js";
import { type EventText, eventLine } from "./event-line.js";
import { hostAndPort } from "./host-and-port.js";
import type { UpView } from "./up-view.js";

/** Line by line: what isolates write goes where they wrote it, after their names; events go to stderr. */
export class PlainView implements UpView {
  readonly #runtime: KernelRuntime;
  readonly #isJson: boolean;
  readonly #width: number;

  constructor(runtime: KernelRuntime, isJson: boolean) {
    this.#runtime = runtime;
    this.#isJson = isJson;
    this.#width = Math.max(...[...runtime.manifest.isolates.keys()].map((name) => name.length));
  }

  output({ type, isolate, generation, pid, line }: Extract<IsolateEvent, { type: "stdout" | "stderr" }>): void {
    if (this.#isJson) this.#json({ event: type, isolate, generation, pid, line });
    else (type === "stdout" ? print : note)(`${isolate.padEnd(this.#width)} | ${printable(line)}`);
  }

  event(event: EventText): void {
    const { type, facts, isolate, generation, pid, error } = event;
    if (this.#isJson) this.#json({ event: type, isolate, generation, pid, error, ...facts });
    else note(`pihost: ${eventLine(event, process.stderr)}`);
  }

  log(line: string): void {
    if (this.#isJson) this.#json({ event: "log", line });
    else print(`${"host".padEnd(this.#width)} | ${printable(line)}`);
  }

  note(line: string): void {
    if (this.#isJson) this.#json({ event: "note", line });
    else note(`pihost: ${printable(line)}`);
  }

  ready(): void {
    const { name } = this.#runtime.manifest;
    const { socket, address } = this.#runtime.entrance.door ?? {};
    const tcp = address === undefined ? "" : ` and ${hostAndPort(address)}`;
    if (this.#isJson) this.#json({ event: "ready", kernel: name, socket, address });
    else note(`pihost: ${name} is ready at ${socket}${tcp}`);
  }

  close(): void {}

  #json(facts: object): void {
    print(jsonLine({ time: new Date().toISOString(), ...facts }));
  }
}
