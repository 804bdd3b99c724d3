import type { KernelServiceStartResponse } from "../../contract/kernel.js";
import { IsolationError } from "../../errors/index.js";
import { summaryOfMessage } from "../service/index.js";
import type { IsolateSummary } from "../summary.js";

/** The isolate in what a kernel answers to start, stop, restart and replace. @throws IsolationError PROTOCOL where there is none */
export async function summaryIn(answer: Promise<KernelServiceStartResponse>): Promise<IsolateSummary> {
  const { isolate } = await answer;
  if (isolate === undefined) throw new IsolationError("PROTOCOL", "the kernel answered without the isolate");
  return summaryOfMessage(isolate);
}
