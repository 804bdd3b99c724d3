import type { EventEmitter } from "node:events";
import { printable } from "../sandbox/index.js";
import type { IsolatorEvents } from "./events.js";
import type { LogLevel } from "./options/index.js";

const ORDER: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug"];

/** Writes the isolator's events to the host's stderr, one line each, down to the given level. */
export function logEvents(events: EventEmitter<IsolatorEvents>, level: LogLevel): void {
  const isOn = (wanted: LogLevel): boolean => ORDER.indexOf(wanted) <= ORDER.indexOf(level);
  const write = (isolate: string, text: string): void => {
    process.stderr.write(`process-isolation [${isolate}] ${printable(text)}\n`);
  };
  if (isOn("error")) {
    events.on("startFailed", ({ isolate, generation, error }) =>
      write(isolate, `error: generation ${generation} did not start: ${error.message}`),
    );
    events.on("restartsExhausted", ({ isolate, restarts }) => write(isolate, `error: down after ${restarts} restarts`));
  }
  if (isOn("warn")) {
    events.on("limit", ({ isolate, limit, bound, observed }) =>
      write(isolate, `warn: reached limits.${limit} (${bound}) with ${observed ?? "an unknown amount"}`),
    );
    events.on("restarting", ({ isolate, generation, delayMs }) =>
      write(isolate, `warn: restarting as generation ${generation} in ${delayMs} ms`),
    );
  }
  if (isOn("info")) {
    events.on("started", ({ isolate, pid }) => write(isolate, `info: started as pid ${pid}`));
    events.on("restarted", ({ isolate, generation, pid }) =>
      write(isolate, `info: generation ${generation} started as pid ${pid}`),
    );
    events.on("exited", ({ isolate, pid, outcome }) => write(isolate, `info: pid ${pid} ${outcome.description}`));
  }
  if (isOn("debug")) {
    events.on("stdout", ({ isolate, line }) => write(isolate, `debug: stdout: ${line}`));
    events.on("stderr", ({ isolate, line }) => write(isolate, `debug: stderr: ${line}`));
  }
}
