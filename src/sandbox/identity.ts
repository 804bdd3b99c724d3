import { IsolationError, invalidOption } from "../errors/index.js";
import { forThisSystem } from "../platform/for-this-system.js";
import { linuxIdentityProblem } from "./identity.linux.js";
import { posixIdentityProblem } from "./identity.posix.js";

/** Who the child runs as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** 2^32 - 1 is how `setuid` says "unchanged". */
const LARGEST_ID = 2 ** 32 - 2;

const problemOfThisSystem = forThisSystem<() => string | undefined>({
  linux: linuxIdentityProblem,
  macos: posixIdentityProblem,
  windows: () => "Windows has no user ids",
});

/**
 * The options `uid` and `gid`, which go together: with `uid` alone the child would keep the host's group, often root's.
 * Supplementary groups are given up with them.
 *
 * @returns undefined when neither is given
 * @throws IsolationError `INVALID_OPTION` for a bad value, and where this host may not change identities
 */
export function resolveIdentity(
  { uid, gid }: { readonly uid?: unknown; readonly gid?: unknown },
  problem = problemOfThisSystem,
): Identity | undefined {
  if (uid === undefined && gid === undefined) return undefined;
  const identity = Object.freeze({ uid: idOf("uid", uid), gid: idOf("gid", gid) });
  const reason = problem();
  if (reason === undefined) return identity;
  throw new IsolationError("INVALID_OPTION", `uid and gid cannot be changed: ${reason}`);
}

function idOf(name: "uid" | "gid", value: unknown): number {
  if (value === undefined) throw invalidOption(name, "given beside the other of uid and gid", value);
  // 0 would drop nothing.
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= LARGEST_ID) return value;
  throw invalidOption(name, `a whole number from 1 to ${LARGEST_ID}`, value);
}
