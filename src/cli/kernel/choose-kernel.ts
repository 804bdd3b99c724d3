import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { findKernel, type KernelAddress, KernelClient } from "../../kernel/connect/index.js";
import { type LiveKernel, listLiveKernels } from "../../kernel/live-kernels.js";
import { CommandFailure } from "../command-failure.js";
import { EXIT } from "../exit-codes.js";

/** Arguments are seen by every user of the machine; the environment is not. */
const TOKEN_VARIABLE = "PIHOST_TOKEN";

/** What the commands for kernels have in common. */
export interface KernelChoice {
  readonly kernel?: string;
}

/** For `--help`. */
export const CHOICE_HELP = `
Without --kernel it is the one kernel of this user that runs; of several, the one whose manifest lies in the working
directory. A kernel of another user is given by its socket, with a token for it in the variable ${TOKEN_VARIABLE}.`;

/** @throws CommandFailure where it is not clear which; IsolationError where there is none of the name */
export function chooseKernel({ kernel }: KernelChoice): KernelAddress {
  const token = process.env[TOKEN_VARIABLE] || undefined;
  if (kernel !== undefined) return findKernel(kernel, token);
  const live = listLiveKernels();
  const here = live.filter(({ file }) => file !== undefined && dirname(file) === workingDirectory());
  const [only, ...others] = here.length === 1 ? here : live;
  if (only === undefined) {
    throw new CommandFailure(
      EXIT.failed,
      "no kernel of this user runs; start one with pihost up -d, or give --kernel SOCKET",
    );
  }
  if (others.length > 0) {
    const list = live.map((one) => `  ${nameFor(one, live)}`).join("\n");
    throw new CommandFailure(EXIT.failed, `several kernels run; give --kernel with one of\n${list}`);
  }
  return { name: only.name, socket: only.socket, token: token ?? only.token };
}

/** Uses a kernel for the length of one command. */
export async function withKernel<T>(choice: KernelChoice, use: (client: KernelClient) => Promise<T>): Promise<T> {
  const { socket, token } = chooseKernel(choice);
  const client = new KernelClient(socket, token);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** What tells it from the others: its name where it has that alone, else its socket. */
function nameFor({ name, socket }: LiveKernel, live: readonly LiveKernel[]): string {
  return live.filter((other) => other.name === name).length === 1 ? name : `${socket}  (${name})`;
}

function workingDirectory(): string {
  return realpathSync(process.cwd());
}
