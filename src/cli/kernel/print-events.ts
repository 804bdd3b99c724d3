import type { KernelEvent } from "../../contract/kernel.js";
import { REQUESTS } from "../../kernel/connect/index.js";
import { fromTimestamp } from "../../kernel/service/index.js";
import { jsonLine, print } from "../output.js";
import { styled } from "../terminal.js";
import { type KernelChoice, withKernel } from "./choose-kernel.js";
import { eventLine } from "./event-line.js";
import { untilInterrupted } from "./until-interrupted.js";

export async function printEvents(names: readonly string[], options: KernelChoice & { json?: true }): Promise<void> {
  await withKernel(options, async (client) => {
    await untilInterrupted(async (signal) => {
      const messages = await client.stream("Watch", REQUESTS.Watch, { isolates: [...names], tail: 0 }, { signal });
      for await (const { event } of messages) {
        if (event !== undefined) print(options.json ? jsonOf(event) : lineOf(event));
      }
    });
  });
}

function lineOf({ time, type, isolate, generation, pid, error, facts = {} }: KernelEvent): string {
  const when = styled(process.stdout, "dim", new Date(fromTimestamp(time)).toISOString());
  const text = { type, isolate, generation, pid, error: error?.message, facts };
  return `${when} ${eventLine(text, process.stdout)}`;
}

function jsonOf({ time, type, isolate, generation, pid, error, facts = {} }: KernelEvent): string {
  return jsonLine({
    time: new Date(fromTimestamp(time)).toISOString(),
    type,
    ...(isolate === "" ? {} : { isolate }),
    ...(generation === 0 ? {} : { generation }),
    ...(pid === 0 ? {} : { pid }),
    ...(error === undefined ? {} : { error: { name: error.name, code: error.frameworkCode, message: error.message } }),
    facts,
  });
}
