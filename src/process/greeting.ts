import { type Capabilities, capabilitiesOf, commonProtocol, type Hello, PROTOCOLS } from "../contract/index.js";
import { printable } from "../sandbox/index.js";

/** How much of what a process says about itself an error repeats, in characters. */
const QUOTED_LENGTH = 100;

/** What a hello says, as far as this version knows it. */
export interface Greeting {
  /** The newest version that both sides speak. */
  readonly protocol: number;
  readonly capabilities: Capabilities;
  /** The process in the words of an error. */
  readonly peer: string;
}

/** Reads a hello; the text is what the process did that it must not, after "the process". */
export function readGreeting(hello: Hello): Greeting | string {
  const peer = `process-isolation ${quote(hello.version)} on ${quote(hello.runtime)}`;
  const theirs = { oldest: hello.oldestProtocol || hello.protocol, newest: hello.protocol };
  const protocol = commonProtocol(theirs);
  if (protocol === undefined) {
    const advice = "install the same version of process-isolation on both sides";
    return `speaks protocol version ${range(theirs)} (${peer}), this host speaks version ${range(PROTOCOLS)}; ${advice}`;
  }
  const capabilities = capabilitiesOf(hello);
  const missing = missingWay(capabilities);
  if (missing !== undefined) return `(${peer}) cannot be called: ${missing}`;
  return { protocol, capabilities, peer };
}

/** Why nobody could call a process that can do no more. */
function missingWay({ features, sessionOnDescriptor }: Capabilities): string | undefined {
  const hasSession = features.has("session");
  if (!hasSession && !features.has("invoke")) return 'its hello names neither the feature "session" nor "invoke"';
  if (features.has("socket") || (hasSession && sessionOnDescriptor)) return undefined;
  return hasSession
    ? 'its hello has neither sessionOnDescriptor nor the feature "socket"'
    : 'its hello has the feature "invoke" without "socket"';
}

function range({ oldest, newest }: { readonly oldest: number; readonly newest: number }): string {
  return oldest === newest ? `${newest}` : `${oldest} to ${newest}`;
}

/** What a process says about itself may be of any length, and forge a line of a log. */
function quote(text: string): string {
  return printable(text.slice(0, QUOTED_LENGTH)) || "an unnamed one";
}
