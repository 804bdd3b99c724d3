import type { IsolationOptions, LogFileOptions } from "../../isolator/index.js";
import type { ByteSize } from "../../limits/index.js";
import type { PoolOptions } from "../../pool/index.js";
import type { OutputMode } from "../../process/index.js";
import type { RestartType, Strategy } from "../tree/index.js";

/**
 * A kernel as users write it. Relative paths are resolved in the folder of the manifest's file; those of an object in the
 * working directory.
 */
export interface KernelManifest {
  /** The address of the JSON Schema, for editors. */
  $schema?: string;
  /** The kernel's name: 1 to 64 letters, digits, `.`, `_` or `-`. Default: the name of the file's folder; of an object `kernel`. */
  name?: string;
  /** The isolates by name: 1 to 64 letters, digits, `.`, `_` or `-`; not `host`, which is the host itself. */
  isolates?: Readonly<Record<string, IsolateDefinition>>;
  /** Isolates that are supervised together, by the name of the group. */
  groups?: Readonly<Record<string, GroupDefinition>>;
  /** How the isolates that are in no group, and the groups, are supervised. */
  supervision?: RootSupervision;
  /** The path of the front door's socket. Default: one in a private folder. */
  socket?: string;
  /** A TCP address for the front door: `"127.0.0.1:8443"`, or an object with TLS. Default: none. */
  listen?: string | ListenDefinition;
  /** Who may come in at the front door: whoever has a token, or also any process of the kernel's user. Default `"token"`. */
  auth?: "token" | "user";
}

/** Options of `ProcessIsolator.create` that are data, and that the kernel does not set itself. */
export type IsolateOptions = Omit<
  IsolationOptions<undefined>,
  (typeof NOT_IN_A_MANIFEST)[number] | "stdout" | "stderr" | "env" | "inProcess" | "record"
>;

/** Options of an isolate that a manifest does not have. */
export const NOT_IN_A_MANIFEST = [
  "name",
  "from",
  "restart",
  "onCrash",
  "onGeneration",
  "telemetry",
  "preload",
  "lifecycle",
  "discoverable",
  "signal",
] as const satisfies readonly (keyof IsolationOptions)[];

/** One isolate: a module, what it may call, and the options of its process. */
export interface IsolateDefinition extends IsolateOptions {
  /** A path (`./store.ts`), a file URL or the name of a package. */
  module: string | URL;
  /** What it may call: targets with what is granted of each, or a list of targets that are granted whole. Default: nothing. */
  uses?: Readonly<Record<string, UseDefinition>> | readonly string[];
  /** The gRPC services that the module implements. Default: none. */
  grpc?: GrpcDefinition;
  /**
   * How many processes run the module, behind one name: so many, or from `min` to `max` as calls wait. Each call goes to the least
   * busy of them. Default: one, whose calls run side by side.
   */
  instances?: number | InstancesOptions;
  /** Whether the kernel must have it. Without one that is not essential it starts, and lives on. Default true. */
  essential?: boolean;
  /** Whether it is started again after it ended: always, only after an abnormal end, or never. Default `"permanent"`. */
  restart?: RestartType;
  /** The file in which calls, values and deaths are kept, for `pihost replay`. It holds secrets as they are. Default: none. */
  record?: string | { file: string; maxBytes?: ByteSize };
  /** Runs the module in the kernel's own process, for tests of it; options that take a process are refused. Default false. */
  inProcess?: boolean;
  /** The isolate's data before its first start, by name. Default: none. */
  data?: Readonly<Record<string, unknown>>;
  /** Variables of the child's environment, over the inherited ones; `null` removes one. */
  env?: Readonly<Record<string, string | null | undefined>>;
  /** What happens to what it prints: `"events"` (default), `"inherit"`, `"ignore"` or a file. */
  stdout?: OutputMode | LogFileOptions;
  /** The same for stderr. */
  stderr?: OutputMode | LogFileOptions;
}

/** The processes of an isolate that has several; see `PoolOptions`. */
export type InstancesOptions = Pick<
  PoolOptions,
  "min" | "max" | "idleMs" | "concurrency" | "scaleUpAfterMs" | "spares" | "cancelGraceMs"
>;

/** What is granted of one target: everything, some exports, or that with more to say about it. */
export type UseDefinition =
  | "*"
  | readonly string[]
  | { exports?: "*" | readonly string[]; lazy?: boolean; handOn?: boolean };

/** gRPC services, by `.proto` files or by a module of generated definitions. */
export interface GrpcDefinition {
  /** A `.proto` file, or several. */
  proto?: string | readonly string[];
  /** Folders in which imports of the files are looked for. Default: the folders of the files. */
  includeDirs?: readonly string[];
  /** A module of generated definitions: a path, a file URL or the name of a package. */
  definition?: string | URL;
  /** Full names, such as `shop.v1.Store`. Default: all services of the `.proto` files; needed with `definition`. */
  services?: readonly string[];
}

/** Isolates and groups that are supervised together. */
export interface GroupDefinition {
  supervision?: Supervision;
  /** Isolates by name, or the names of isolates that are defined at the top. */
  isolates?: Readonly<Record<string, IsolateDefinition>> | readonly string[];
  groups?: Readonly<Record<string, GroupDefinition>>;
}

/** What a death leads to, as in Erlang/OTP. */
export interface Supervision {
  /** Who is started again with the dead one: nobody, all others, or those that start after it. Default `"one-for-one"`. */
  strategy?: Strategy;
  /** Restarts within `withinMs` that are borne; one more ends the group, which is a death in its parent. From 0. Default 5. */
  maxRestarts?: number;
  /** Milliseconds in which restarts are counted. From 1. Default 10,000. */
  withinMs?: number;
}

export interface RootSupervision extends Supervision {
  /** What an exhausted root leads to: the kernel stops, or ends the host process, too, with code 1 and the reason on its stderr. Default `"stop"`. */
  onExhausted?: "stop" | "exit-host";
}

export interface ListenDefinition {
  /** Default `127.0.0.1`. */
  host?: string;
  /** From 0, which takes any that is free, to 65,535. */
  port: number;
  /** Files in PEM; `ca` asks clients for a certificate. Default: no TLS. */
  tls?: { cert: string; key: string; ca?: string };
}

/** The manifest as it is; editors know its fields, and the compiler its names. */
export function defineKernel<const M extends KernelManifest>(manifest: M): M {
  return manifest;
}
