import {
  aFlag,
  aModule,
  aName,
  aPath,
  aText,
  choice,
  described,
  either,
  everything,
  type Field,
  type Fields,
  listOf,
  number,
  type ObjectField,
  object,
  recordOf,
  refused,
  type TextField,
  whole,
} from "./field.js";
import type { GroupDefinition, IsolateDefinition, KernelManifest, NOT_IN_A_MANIFEST } from "./manifest.js";
import { OPTION_FIELDS } from "./option-fields.js";

const aService: TextField = {
  kind: "text",
  bound: "the full name of a gRPC service, such as shop.v1.Store",
  pattern: /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/,
};

const exportsGranted = either(everything, listOf(aText));

const use = either(
  everything,
  listOf(aText),
  object({
    exports: described("The names of exports, or all.", exportsGranted, "*"),
    lazy: described("Whether the target need not be ready when the isolate starts; breaks a cycle.", aFlag, false),
    handOn: described("Whether the isolate may give it to others.", aFlag, false),
  }),
);

const grpc = object({
  proto: described("A .proto file, or several.", either(aPath, listOf(aPath, true))),
  includeDirs: described("Folders in which imports of the files are looked for.", listOf(aPath)),
  definition: described("A module of generated definitions, instead of .proto files.", aModule),
  services: described(
    "Full names of the services. Default: all of the .proto files; needed with a definition.",
    listOf(aService, true),
  ),
});

const LONGEST_MS = 2 ** 31 - 1;

const instances = object({
  min: described("Processes that are kept.", whole(0, 1_024), 1),
  max: described("Processes that have calls at once. Default: the processors that the host may use.", whole(1, 1_024)),
  idleMs: described(
    "Milliseconds without a call after which one above min is ended.",
    number({ min: 0, max: LONGEST_MS, orInfinity: true }),
    10_000,
  ),
  concurrency: described("Calls that run in one process at once; more wait.", whole(1, 1e9), 1),
  scaleUpAfterMs: described(
    "Milliseconds that a call waits until another process is started for it.",
    number({ min: 0, max: LONGEST_MS }),
    20,
  ),
  spares: described("Processes that are kept ready beside those that have calls.", whole(0, 64), 0),
  cancelGraceMs: described(
    "Milliseconds that a call which was given up may go on before its process is replaced.",
    number({ min: 0, max: LONGEST_MS, orInfinity: true }),
    1_000,
  ),
});

const OWN_FIELDS = {
  module: described("A path, a file URL or the name of a package.", aModule),
  uses: described(
    "What it may call: an isolate, host, a part of it such as host.log, or a gRPC service.",
    either(recordOf(aText, use), listOf(aText)),
  ),
  grpc: described("The gRPC services that the module implements.", grpc),
  instances: described(
    "How many processes run the module, behind one name: so many, or from min to max as calls wait. Default: one, whose calls run side by side.",
    either(whole(1, 1_024), instances),
  ),
  essential: described("Whether the kernel must have it.", aFlag, true),
  restart: described(
    "Whether it is started again after it ended: always, only after an abnormal end, or never.",
    choice("permanent", "transient", "temporary"),
    "permanent",
  ),
  data: described("The isolate's data before its first start, by name.", recordOf(aText, { kind: "any" })),
} satisfies Record<Exclude<keyof IsolateDefinition, keyof typeof OPTION_FIELDS>, Field>;

const REFUSED_FIELDS = {
  name: refused("the isolate is named by its key"),
  from: refused("names are resolved in the manifest's folder"),
  onCrash: refused("restart and supervision say what a crash leads to"),
  telemetry: refused("it is an option of Kernel.start, for all isolates"),
  onGeneration: refused("the kernel sets it; prepare a process in the module's export start()"),
  preload: refused("the kernel loads the module of every isolate before the first call"),
  lifecycle: refused("the kernel calls the module's exports start() and stop()"),
  discoverable: refused("the kernel's front door is where an isolate is found"),
  signal: refused("Kernel.start takes a signal for the start of all"),
} satisfies Record<Exclude<(typeof NOT_IN_A_MANIFEST)[number], "restart">, Field>;

export const ISOLATE: ObjectField = {
  kind: "object",
  id: "isolate",
  fields: () => ({ ...OWN_FIELDS, ...OPTION_FIELDS, ...REFUSED_FIELDS }),
  required: ["module"],
};

const supervisionFields = {
  strategy: described(
    "Who is started again with the dead one: nobody, all others, or those that start after it.",
    choice("one-for-one", "one-for-all", "rest-for-one"),
    "one-for-one",
  ),
  maxRestarts: described("Restarts within withinMs that are borne; one more ends the group.", whole(0, 1e9), 5),
  withinMs: described("Milliseconds in which restarts are counted.", number({ min: 1, max: 2 ** 31 - 1 }), 10_000),
};

const onExhausted = described(
  "What an exhausted root leads to: the kernel stops, or ends the host process, too, with code 1 and the reason on its stderr.",
  choice("stop", "exit-host"),
  "stop",
);

const isolates = described("Isolates by name.", recordOf(aName, ISOLATE));

export const GROUP: ObjectField = {
  kind: "object",
  id: "group",
  fields: (): Fields =>
    ({
      supervision: described(
        "How the isolates and groups of this group are supervised.",
        object({ ...supervisionFields, onExhausted: refused("an exhausted group is a death in its parent") }),
      ),
      isolates: described(
        "Isolates by name, or names of isolates at the top.",
        either(recordOf(aName, ISOLATE), listOf(aName)),
      ),
      groups,
    }) satisfies Record<keyof GroupDefinition, Field>,
};

const groups = described("Isolates that are supervised together, by the name of the group.", recordOf(aName, GROUP));

const listen = either(
  { kind: "text", bound: '"host:port"', pattern: /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):\d{1,5}$/ },
  object(
    {
      host: described("The address, or a name of it.", aText, "127.0.0.1"),
      port: described("0 takes any that is free.", whole(0, 65_535)),
      tls: described(
        "Files in PEM; ca asks clients for a certificate.",
        object({ cert: aPath, key: aPath, ca: aPath }, ["cert", "key"]),
      ),
    },
    ["port"],
  ),
);

/** The whole manifest. */
export const MANIFEST: ObjectField = {
  kind: "object",
  fields: (): Fields =>
    ({
      $schema: described("The address of this schema, for editors.", aText),
      name: described("The kernel's name. Default: the name of the manifest's folder.", aName),
      isolates,
      groups,
      supervision: described(
        "How the isolates that are in no group, and the groups, are supervised.",
        object({ ...supervisionFields, onExhausted }),
      ),
      socket: described("The path of the front door's socket. Default: one in a private folder.", aPath),
      listen: described("A TCP address for the front door. Default: none.", listen),
      auth: described(
        "Who may come in: whoever has a token, or also any process of the user.",
        choice("token", "user"),
        "token",
      ),
    }) satisfies Record<keyof KernelManifest, Field>,
};
