import {
  aFlag,
  aPath,
  aProgram,
  aSize,
  aText,
  choice,
  described,
  either,
  type Field,
  listOf,
  number,
  object,
  recordOf,
  whole,
} from "./field.js";
import type { IsolateDefinition, IsolateOptions } from "./manifest.js";

/** The highest that a timer can wait for, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

const ms = (min: number) => number({ min, max: LONGEST_MS });
const paths = either(aFlag, listOf(aPath));

const limits = object({
  memory: described(
    "Memory of the whole process tree, at least 32 MiB. What a hard limit ends, it ends as a whole.",
    either(aSize, object({ soft: aSize, hard: aSize }, ["hard"])),
  ),
  heap: described("The JavaScript heap's old generation, at least 16 MiB.", aSize),
  cpu: described("Processor time in percent of one core.", number({ min: 1 })),
  affinity: described('The processors that may be used: "cpu0 cpu2", "0-3" or "0,2".', aText),
  pids: described("Processes and threads of the whole tree.", whole(12, 2 ** 22)),
  openFiles: described("File descriptors of each process.", whole(40, 2 ** 20)),
  cpuSeconds: described("Seconds of processor time after which the tree is ended.", whole(1, LONGEST_MS)),
  output: described("Bytes per second of stdout and stderr that are kept as events.", aSize),
  required: described("Refuses to start where a limit could only be watched.", aFlag, false),
});

const permissions = object({
  fsRead: described("Files and folders that may be read, or true for all.", paths),
  fsWrite: described("Files and folders that may be written, or true for all.", paths),
  childProcess: described("May start processes.", aFlag, false),
  worker: described("May start worker threads.", aFlag, false),
  addons: described("May load native addons.", aFlag, false),
  wasi: described("May use WASI.", aFlag, false),
  net: described("May use the network.", aFlag, false),
  inspector: described("May use the inspector.", aFlag, false),
  ffi: described("May call native code by node:ffi.", aFlag, false),
});

const sandbox = either(
  choice("bubblewrap"),
  object({
    kind: choice("bubblewrap"),
    read: described(
      "Files and folders that the process sees and may read. Default: the manifest's folder.",
      listOf(aPath),
    ),
    write: described("Files and folders that it may also write.", listOf(aPath)),
    network: described("Whether it is in the host's network.", aFlag, false),
    tmpSize: described("What its private /tmp may hold.", aSize, "256MiB"),
  }),
);

const budget = object({
  held: described("Bytes that the host keeps for the process although nobody asked for them.", aSize, "96MiB"),
  decoded: described("Bytes that the host takes to decode a result.", aSize, "192MiB"),
  entries: described("Calls, results and items of one message.", whole(1024, 2 ** 31), 16_384),
  decodeMs: described("Milliseconds that decoding one message may take.", ms(50), 750),
  unsent: described("Bytes of answers that the process has not read.", aSize, "8MiB"),
});

const recycle = object({
  afterCalls: described("Calls after which the process is replaced.", whole(1, 1e12)),
  afterMs: described("Milliseconds after its start.", ms(1)),
  whenRssAbove: described("Resident memory. Linux only.", aSize),
  whenIdleMs: described("Milliseconds without a call, once it has had one.", ms(1)),
});

const diagnostics = object(
  {
    directory: described("The folder that it is written into. It must exist.", aPath),
    report: described("Node's diagnostic report.", aFlag, true),
    heapSnapshot: described("A snapshot of the heap.", aFlag, false),
  },
  ["directory"],
);

const output = either(
  choice("events", "inherit", "ignore"),
  object({ file: aPath, maxBytes: described("How large it may grow, at least 4 KiB.", aSize) }, ["file"]),
);

const command = described("The program, and its arguments, which stay as they are written.", {
  kind: "list",
  first: aProgram,
  of: aText,
  atLeastOne: true,
});

const orInfinity = (min: number) => number({ min, whole: true, orInfinity: true });

/** The options of the process, one field for each: the compiler finds what is missing. */
export const OPTION_FIELDS = {
  startTimeoutMs: described("Milliseconds until a start fails.", ms(1), 10_000),
  graceMs: described("Milliseconds that running calls get to finish when the isolate is stopped.", ms(0), 5_000),
  callTimeoutMs: described("Milliseconds until a call fails that has no time of its own. Default: none.", ms(1)),
  unresponsiveAfterMs: described(
    "Milliseconds that the event loop may take to answer before the process is replaced. Default: none.",
    ms(100),
  ),
  standby: described("Spare processes that are kept started.", whole(0, 64), 0),
  limits: described("What the process, with everything that it starts, may use.", limits),
  diagnostics: described("What Node.js writes, and where, when the JavaScript heap is full.", diagnostics),
  recycle: described("When a process that works is replaced by a fresh one.", recycle),
  maxInFlight: described("Calls that run in the process at once; more wait.", orInfinity(1), 1_024),
  maxQueue: described("Calls that may wait; one more fails with QUEUE_FULL. Default: no bound.", orInfinity(0)),
  maxPayload: described("Bytes of one result that the process may send, at least 64 KiB.", aSize),
  budget: described("What the process may cost the host by what it sends.", budget),
  env: described(
    "Variables of the process's environment, over the inherited ones; null removes one.",
    recordOf(
      { kind: "text", bound: "a name without '='", pattern: /^[^=\0]+$/ },
      either(
        { kind: "text", bound: "a text, with quotes where it looks like a number or true or false" },
        { kind: "nothing" },
      ),
    ),
  ),
  inheritEnv: described(
    "What is inherited of the host's environment: a short list, all, or these names beside the short list.",
    either(aFlag, listOf(aText)),
    false,
  ),
  cwd: described("The working directory. Default: the host's.", aPath),
  execPath: described("The Node.js that runs the process. Default: the host's.", aProgram),
  pihostPath: described("What the process starts from: dist/pihost/boot.cjs of this package.", aPath),
  runtime: described(
    'What runs the module: "node", "python", or a program that speaks the protocol.',
    either(choice("node", "python"), object({ command }, ["command"])),
    "node",
  ),
  execArgv: described("Command-line flags for the Node.js that runs the process.", listOf(aText)),
  debug: described("The process waits for a debugger before it loads the module.", aFlag, false),
  inspect: described(
    "Whether a debugger may attach to the process. Default: where the kernel's own process runs with --inspect.",
    aFlag,
  ),
  record: described(
    "The file in which calls, values and deaths are kept; it holds secrets as they are.",
    either(
      aPath,
      object({ file: aPath, maxBytes: described("How large it may grow, at least 64 KiB.", aSize) }, ["file"]),
    ),
  ),
  inProcess: described(
    "Runs the module in the kernel's own process, for tests of it; options that take a process are refused. Default: false.",
    aFlag,
  ),
  lane: described("How the host speaks with the process.", choice("descriptor", "socket"), "descriptor"),
  logLevel: described(
    "What the framework itself writes to the host's stderr.",
    choice("silent", "error", "warn", "info", "debug"),
    "silent",
  ),
  stdout: described("What happens to what it prints.", output, "events"),
  stderr: described("What happens to what it prints as errors.", output, "events"),
  permissions: described(
    "What the code may do, enforced by Node's permission model. Default: everything.",
    permissions,
  ),
  sandbox: described("What the process sees, enforced by Linux namespaces. Default: what the host sees.", sandbox),
  uid: described("Who the process runs as; needs root and gid.", whole(1, 4_294_967_294)),
  gid: described("Its only group; needs root and uid.", whole(1, 4_294_967_294)),
  integrity: described(
    "The SHA-256 of the module's bytes, or of each module's by name.",
    object({ sha256: either(aText, recordOf(aText, aText)) }, ["sha256"]),
  ),
} satisfies Record<keyof IsolateOptions | "stdout" | "stderr" | "env" | "inProcess" | "record", Field> &
  Partial<Record<keyof IsolateDefinition, Field>>;
