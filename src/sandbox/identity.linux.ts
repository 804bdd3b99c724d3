import { readKernelText } from "../platform/index.js";
import { posixIdentityProblem } from "./identity.posix.js";

/** Bits of the capabilities that `setgroups`, `setgid` and `setuid` need: root in a container may lack them. */
const CAPABILITIES = { CAP_SETGID: 6n, CAP_SETUID: 7n };

/** Why this process may not start another one under a different user; undefined when it may. */
export function linuxIdentityProblem(status = readStatus()): string | undefined {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  if (effective === undefined) return posixIdentityProblem();
  const held = BigInt(`0x${effective}`);
  const missing = Object.entries(CAPABILITIES).filter(([, bit]) => ((held >> bit) & 1n) === 0n);
  if (missing.length === 0) return undefined;
  return `this host (user ${process.geteuid?.()}) lacks ${missing.map(([name]) => name).join(" and ")}`;
}

function readStatus(): string {
  try {
    return readKernelText("/proc/self/status");
  } catch {
    return "";
  }
}
