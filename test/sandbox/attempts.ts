/** Whether an attempt gets through, in each setting. `docs/security.md` has the same table, and a test compares them. */
export interface AttemptExpectation {
  readonly what: string;
  /** By setting: see `SETTINGS` in `access.test.ts`. */
  readonly plain: Outcome;
  readonly permissions: Outcome;
  readonly permissionsWithNet: Outcome;
  readonly sandbox: Outcome;
  readonly uid: Outcome;
}

export type Outcome = "possible" | "stopped";

const P = "possible";
const S = "stopped";

/** Plain, permissions where Node can deny the network (26), permissions where it cannot (20 to 24), sandbox, own uid. */
const row = (what: string, ...outcomes: readonly [Outcome, Outcome, Outcome, Outcome, Outcome]): AttemptExpectation => {
  const [plain, permissions, permissionsWithNet, sandbox, uid] = outcomes;
  return { what, plain, permissions, permissionsWithNet, sandbox, uid };
};

/** By the name of the function in `test/fixtures/sandbox/hostile.mjs`. */
export const ATTEMPTS: Readonly<Record<string, AttemptExpectation>> = {
  connectToNeighbour: row("connect to another isolate's socket", P, S, P, S, S),
  callNeighbourWithoutToken: row("call another isolate without its token", S, S, S, S, S),
  callNeighbourWithGuessedToken: row("call another isolate with a guessed token", S, S, S, S, S),
  callNeighbourWithTokenOfLiveRecord: row(
    "call a `discoverable` isolate with the token from its record",
    P,
    S,
    S,
    S,
    S,
  ),
  replaceSocketOfNeighbour: row("delete another isolate's socket", P, S, S, S, S),
  writeIntoHostDirectory: row("write into the host's directory", P, S, S, S, S),
  readSharedMemoryOfNeighbour: row("read another isolate's shared memory", P, S, S, S, S),
  listProcesses: row("list the processes of the machine", P, S, S, S, P),
  readEnvironmentOfHost: row("read the host's environment in /proc", P, S, S, S, S),
  readEnvironmentOfNeighbour: row("read another isolate's environment in /proc", P, S, S, S, S),
  readCommandLineOfNeighbour: row("read another isolate's command line in /proc", P, S, S, S, P),
  listDescriptorsOfNeighbour: row("list another isolate's descriptors in /proc", P, S, S, S, S),
  readMemoryOfNeighbour: row("read another isolate's memory in /proc", P, S, S, S, S),
  readMemoryOfHost: row("read the host's memory in /proc", P, S, S, S, S),
  signalVictim: row("signal a process of the same user", P, P, P, S, S),
  debugVictim: row("open the debugger of a Node process of the same user", P, P, P, S, S),
  readSecretFile: row("read a private file of the user", P, S, S, S, S),
  connectToLocalPort: row("connect to a port of the machine", P, S, P, S, P),
  startProcess: row("start a process", P, S, S, P, P),
};
