import { toJsonValue } from "../../codec/index.js";
import { REQUESTS } from "../../kernel/connect/index.js";
import { EXIT } from "../exit-codes.js";
import { parseArguments } from "../json-arguments.js";
import { jsonLine, print } from "../output.js";
import { reportCallError } from "../report-error.js";
import { withKernel } from "./choose-kernel.js";

export interface InvokeCommandOptions {
  readonly kernel?: string;
  readonly json?: true;
  readonly timeout?: number;
}

/** `pihost call NAME METHOD [ARGS]`: an isolate of a kernel. Resolves with the exit code. */
export async function invokeInKernel(
  isolate: string,
  method: string,
  json: string,
  options: InvokeCommandOptions,
): Promise<number> {
  const args = parseArguments(json).map((arg, index) => toJsonValue(arg, `args[${index}]`));
  return withKernel(options, async (client) => {
    try {
      const request = { isolate, method, args, idempotent: false };
      const { result } = await client.unary("Invoke", REQUESTS.Invoke, request, { timeoutMs: options.timeout });
      const indent = process.stdout.isTTY && !options.json ? 2 : undefined;
      print(jsonLine(result ?? null, undefined, indent));
      return EXIT.done;
    } catch (error) {
      return reportCallError(error);
    }
  });
}
