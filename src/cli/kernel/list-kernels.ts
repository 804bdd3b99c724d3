import { KernelClient, REQUESTS } from "../../kernel/connect/index.js";
import { type LiveKernel, listLiveKernels } from "../../kernel/live-kernels.js";
import { fromTimestamp, summaryOfMessage } from "../../kernel/service/index.js";
import { formatDuration } from "../format.js";
import { jsonLine, note, print } from "../output.js";
import { printTable } from "../table.js";
import { type KernelChoice, withKernel } from "./choose-kernel.js";
import { layOut } from "./columns.js";
import { hostAndPort } from "./host-and-port.js";
import { ISOLATE_COLUMNS } from "./isolate-columns.js";
import { isolateJson } from "./isolate-json.js";
import { RowReader } from "./read-rows.js";

const HEAD = ["NAME", "PID", "ISOLATES", "UPTIME", "SOCKET", "TCP", "MANIFEST"];

/** Kernels that do not answer in this time are shown without their figures, in milliseconds. */
const ANSWER_MS = 2_000;

export async function listKernels(isJson: boolean): Promise<void> {
  const kernels = await Promise.all(listLiveKernels().map(withIsolates));
  if (isJson) {
    const shown = kernels.map(({ token: _, startTime: __, ready, total, ...rest }) => ({
      ...rest,
      ready,
      isolates: total,
    }));
    print(jsonLine(shown));
  } else if (kernels.length === 0 && process.stdout.isTTY) note("no kernel of this user runs");
  else {
    const cells = kernels.map(({ name, pid, socket, address, file, startedAt, ready, total }) => [
      name,
      String(pid),
      total === undefined ? "no answer" : `${ready}/${total} ready`,
      formatDuration(Date.now() - startedAt),
      socket,
      address === undefined ? "-" : hostAndPort(address),
      file ?? "-",
    ]);
    printTable(HEAD, cells);
  }
}

async function withIsolates(
  kernel: LiveKernel,
): Promise<LiveKernel & { readonly ready?: number; readonly total?: number }> {
  const client = new KernelClient(kernel.socket, kernel.token);
  try {
    const options = { timeoutMs: ANSWER_MS };
    const { isolates } = await client.unary("List", REQUESTS.List, { withStatus: false }, options);
    const ready = isolates.filter((one) => summaryOfMessage(one).state === "ready").length;
    return { ...kernel, ready, total: isolates.length };
  } catch {
    return kernel;
  } finally {
    client.close();
  }
}

export async function listIsolates(choice: KernelChoice, isJson: boolean): Promise<void> {
  await withKernel(choice, async (client) => {
    const { kernel, rows } = await new RowReader(client).read();
    if (isJson) {
      const { kernel: name, pid, file, startedAt } = kernel;
      const isolates = kernel.isolates.map(isolateJson);
      const { socket } = client;
      const address = listLiveKernels().find((one) => one.socket === socket)?.address;
      print(jsonLine({ name, pid, file, socket, address, startedAt: fromTimestamp(startedAt), isolates }));
    } else if (process.stdout.isTTY) {
      // One reading tells nothing about the processor.
      const columns = ISOLATE_COLUMNS.filter(({ title }) => title !== "CPU");
      print(...layOut(columns, rows, process.stdout.columns || 80).map((line) => line.trimEnd()));
    } else {
      const columns = ISOLATE_COLUMNS.filter(({ title }) => title !== "CPU");
      printTable(
        columns.map(({ title }) => title),
        rows.map((row) => columns.map(({ cell }) => cell(row))),
        (cell) => cell,
      );
    }
  });
}
