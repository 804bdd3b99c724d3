import { ChannelLost, HostChannel } from "../channel/grpc/index.js";
import { type LiveRecord, listLive } from "../isolator/index.js";
import { processState } from "../platform/index.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";

/** How long a live process may take to answer what needs no user code. */
export const ANSWER_MS = 2_000;

/**
 * The one live isolate of this name or pid.
 *
 * @param advice for who meant something else, as a sentence's end
 * @throws CommandFailure when there is none, or when several hosts have one of this name
 */
export function findLive(nameOrPid: string, advice = ""): LiveRecord {
  const found = listLive().filter(({ name, pid }) => name === nameOrPid || String(pid) === nameOrPid);
  const [first, ...others] = found;
  if (first === undefined) {
    throw new CommandFailure(
      EXIT.failed,
      `no live isolate ${JSON.stringify(nameOrPid)}; only those that this user started with discoverable: true ` +
        `(pihost run --discoverable) can be found, see pihost ps${advice}`,
    );
  }
  if (others.length === 0) return first;
  const list = found.map(({ pid, hostPid }) => `  pid ${pid}, host ${hostPid}`).join("\n");
  throw new CommandFailure(EXIT.failed, `several live isolates are called ${nameOrPid}; give a pid instead:\n${list}`);
}

/** Bytes of an answer that is a few figures. */
export const SHORT_ANSWER_BYTES = 64 * 1024;

/** Connects to a live isolate for the length of one use. */
export async function withChannel<T>(
  record: LiveRecord,
  use: (channel: HostChannel) => Promise<T>,
  mostBytes?: number,
): Promise<T> {
  const { name, pid, address, token } = record;
  const channel = await HostChannel.connect(address, token, ANSWER_MS, mostBytes).catch((cause: unknown) => {
    const why = processState(pid) === "stopped" ? "it is stopped, as by SIGSTOP" : `no answer within ${ANSWER_MS} ms`;
    throw new CommandFailure(EXIT.failed, `cannot connect to ${name} (pid ${pid}): ${why}`, { cause });
  });
  try {
    return await use(channel);
  } catch (cause) {
    if (!(cause instanceof ChannelLost)) throw cause;
    throw new CommandFailure(EXIT.failed, `${name} (pid ${pid}) was gone before it answered`, { cause });
  } finally {
    channel.close();
  }
}

/** The answer, or a failure when the process is too busy or frozen to give one. */
export async function answerInTime<T>({ name, pid }: LiveRecord, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${name} (pid ${pid}) did not answer within ${ANSWER_MS} ms: it is busy or frozen`;
    timer = setTimeout(() => reject(new CommandFailure(EXIT.failed, message)), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
