import type { KernelServiceLogsResponse, LogLine } from "../../contract/kernel.js";
import { REQUESTS } from "../../kernel/connect/index.js";
import { toLogRecord } from "../../kernel/logs/index.js";
import { logLineOf } from "../../kernel/service/index.js";
import { jsonLine, note, print } from "../output.js";
import { printable, styled } from "../terminal.js";
import { withKernel } from "./choose-kernel.js";
import type { LogsOptions } from "./logs.js";
import { nameColour } from "./name-colour.js";
import { untilInterrupted } from "./until-interrupted.js";

export async function printLogs(names: readonly string[], options: LogsOptions): Promise<void> {
  const { tail, follow = false, json } = options;
  await withKernel(options, async (client) => {
    const { isolates } = await client.unary("List", REQUESTS.List, { withStatus: false });
    const all = isolates.map(({ name }) => name);
    const width = Math.max(...(names.length === 0 ? all : names).map((name) => name.length));
    await untilInterrupted(async (signal) => {
      const messages = await client.stream(
        "Logs",
        REQUESTS.Logs,
        { isolates: [...names], tail, follow, structured: false },
        { signal },
      );
      for await (const { lines, dropped } of messages) {
        if (dropped > 0) note(`pihost: ${dropped} lines were written too fast to be shown`);
        for (const line of lines) json ? printJson(line) : printLine(line, width, options);
      }
    });
  });
}

/** What a line says is worked out here: the kernel has others to care for. */
function printJson(line: KernelServiceLogsResponse["lines"][number]): void {
  const { time, isolate, generation, pid, stream, level, message, fields, text, partial } = toLogRecord(
    logLineOf(line),
  );
  const record = { time: new Date(time).toISOString(), isolate, generation, pid, stream, level, message, fields };
  print(jsonLine({ ...record, text, partial }));
}

/** Each line begins with whose it is. */
function printLine(line: LogLine, width: number, { timestamps }: LogsOptions): void {
  const { isolate, time, stream, text } = logLineOf(line);
  const out = stream === "stdout" ? process.stdout : process.stderr;
  const when = timestamps ? `${styled(out, "dim", new Date(time).toISOString())} ` : "";
  const write = stream === "stdout" ? print : note;
  write(`${when}${nameColour(isolate)(isolate.padEnd(width))} ${styled(out, "dim", "|")} ${printable(text)}`);
}
