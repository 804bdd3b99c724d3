/** What a process may be able to do, as `hello.features` names it; docs/protocol.md says what each is. */
export const FEATURES = [
  "session",
  "socket",
  "invoke",
  "payloads",
  "streams",
  "references",
  "signals",
  "shared-memory",
  "cancel",
  "data",
  "preload",
  "lifecycle",
  "exports",
  "standby",
  "integrity",
  "heap-limit",
  "permissions",
  "diagnostics",
  "debug",
  "code-cache",
  "status",
  "use",
  "services",
] as const;

export type Feature = (typeof FEATURES)[number];

/** The kinds of values beside JSON, as `hello.values` names them. */
export const VALUE_KINDS = [
  "undefined",
  "number",
  "bigint",
  "date",
  "map",
  "set",
  "regexp",
  "bytes",
  "views",
  "error",
  "sparse",
  "cycles",
  "boxed",
  "node",
] as const;

export type ValueKind = (typeof VALUE_KINDS)[number];

/** What no runtime but Node.js can have. */
export const NODE_FEATURES: readonly Feature[] = ["heap-limit", "permissions", "diagnostics", "code-cache"];

/** What takes a process of the isolate's own. */
export const NOT_IN_PROCESS: readonly Feature[] = [
  ...NODE_FEATURES,
  "socket",
  "invoke",
  "shared-memory",
  "standby",
  "integrity",
  "debug",
  "services",
];
