import type { IsolationError } from "../../errors/index.js";
import type { GrpcMethod } from "../../grpc/index.js";

/** What `option idempotency_level` says: 0 unknown, 1 NO_SIDE_EFFECTS, 2 IDEMPOTENT. */
export type Idempotency = 0 | 1 | 2;

/** What the front door has to know of a method; messages stay bytes. */
export interface MethodFacts {
  /** As on the wire: `/shop.v1.Store/Get`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly idempotency: Idempotency;
}

/** One process of an isolate, as the front door reaches it. */
export interface Upstream {
  readonly isolate: string;
  readonly generation: number;
  readonly pid: number;
  /** The path of its socket. */
  readonly address: string;
  /** Its token, which every request to it bears. */
  readonly token: string;
  /** Resolves once the process is gone, with the story of its death. Never rejects. */
  readonly gone: Promise<IsolationError>;
  /** Where it is one of several of its isolate, which take requests side by side. */
  readonly instance?: UpstreamInstance | undefined;
}

/** One of several processes of an isolate. */
export interface UpstreamInstance {
  /** Whether it takes new requests. */
  readonly isOpen: boolean;
  /** A request goes to it; the result is to be called when that is over. */
  began(): () => void;
}

export interface RoutedIsolate {
  readonly name: string;
  /** As `isolator.state`: the health of the isolate and its services is SERVING while it is `ready`. */
  readonly state: string;
  /** Full names of the gRPC services that it implements. */
  readonly services: readonly string[];
}

/** What the kernel tells the front door. */
export interface Routes {
  isolates(): readonly RoutedIsolate[];
  /** What the isolate's services look like; undefined while it was never started. `files` are serialized FileDescriptorProtos. */
  describe(
    isolate: string,
  ): { readonly files: readonly Uint8Array[]; readonly methods: readonly MethodFacts[] } | undefined;
  /**
   * The process that takes new requests; waits for the next generation while there is none. Asked for each request, so
   * that one that was replaced gets no more of them. Once it has resolved, no listener may stay on the signal, which is
   * used again for later requests.
   *
   * @throws IsolationError when the isolate is down, or the signal was aborted
   */
  upstream(isolate: string, signal: AbortSignal): Promise<Upstream>;
  /** Called when isolates, their states, services or descriptions may have changed; the result takes the listener away. */
  onChange(listener: () => void): () => void;
}

/** A service that the kernel itself implements. Whoever calls it needs the scope `operate`. */
export interface LocalService {
  /** Its full name: `pihost.v1.KernelService`. */
  readonly name: string;
  readonly methods: readonly GrpcMethod[];
  /** Serialized FileDescriptorProtos, for reflection. */
  readonly files: readonly Uint8Array[];
}
