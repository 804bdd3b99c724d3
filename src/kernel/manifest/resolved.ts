import type { IsolationOptions } from "../../isolator/index.js";
import type { RestartType, TreeGroup } from "../tree/index.js";
import type { InstancesOptions } from "./manifest.js";

/** A manifest after reading: complete, checked, paths absolute, and frozen. */
export interface ResolvedManifest {
  /** 1 to 64 letters, digits, `.`, `_` or `-`. Default: of a file the name of its folder, else `kernel`. */
  readonly name: string;
  /** What relative paths are resolved in: the file's folder; for an object the working directory. Absolute. */
  readonly folder: string;
  /** The file that it was read from. Absolute. */
  readonly file: string | undefined;
  /** In the order of start. */
  readonly isolates: ReadonlyMap<string, ResolvedIsolate>;
  /** The names of the isolates: what is in one layer may start at once, when the layers before it are ready. */
  readonly layers: readonly (readonly string[])[];
  readonly tree: TreeGroup;
  /** What the kernel does when the root of the tree is exhausted. */
  readonly onExhausted: "stop" | "exit-host";
  /** The path of the front door's socket. Absolute. */
  readonly socket: string | undefined;
  readonly listen: ResolvedListen | undefined;
  readonly auth: "token" | "user";
}

export interface ResolvedIsolate {
  readonly name: string;
  /** A file URL, or the name of a package. */
  readonly module: string;
  /** For `ProcessIsolator.create`: `name`, `from`, and what the manifest sets. */
  readonly options: IsolationOptions<undefined>;
  /** By target: an isolate, `host`, a part of it such as `host.log`, or a gRPC service. */
  readonly uses: ReadonlyMap<string, Grant>;
  /** The isolates that must be ready before it starts: all that it uses, but for the lazy ones. */
  readonly dependencies: readonly string[];
  readonly grpc: ResolvedServices | undefined;
  /** Where it is several processes; undefined for one. */
  readonly instances: ResolvedInstances | undefined;
  readonly restart: RestartType;
  readonly essential: boolean;
  /** What `setData` sets before the first start. */
  readonly data: Readonly<Record<string, unknown>>;
  /**
   * Where the isolate, or a field of it such as `"uses"` or `"uses.store"`, is written: `"pihost.yaml:8:5"`. For a field
   * that is not written, what would hold it. The file alone where that is a module; undefined for an object.
   */
  where(field?: string): string | undefined;
}

/** The processes of an isolate: options of `isolatePool`. What is absent has its default there. */
export type ResolvedInstances = Readonly<InstancesOptions>;

/** What one isolate may call of a target. */
export interface Grant {
  /** The names of exports, or all. */
  readonly exports: "*" | readonly string[];
  /** Whether the target need not be ready when the isolate starts. */
  readonly lazy: boolean;
  /** Whether the isolate may give it to others. */
  readonly handOn: boolean;
}

/** The gRPC services that a module implements. */
export interface ResolvedServices {
  /** `.proto` files. Absolute; empty with a `definition`. */
  readonly protos: readonly string[];
  /** Where imports are looked for. Absolute. */
  readonly includeDirs: readonly string[];
  /** A module of generated definitions: a file URL, or the name of a package. */
  readonly definition: string | undefined;
  /** Full names, such as `shop.v1.Store`. */
  readonly services: readonly string[];
}

export interface ResolvedListen {
  readonly host: string;
  readonly port: number;
  /** Files in PEM. Absolute. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
}
