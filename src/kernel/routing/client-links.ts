import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { bearer } from "../../contract/index.js";
import type { GoneWatch } from "./gone-watch.js";
import type { HeldBytes } from "./held-bytes.js";
import type { Routes, Upstream } from "./routes.js";
import { UpstreamLink } from "./upstream-link.js";

/** What links are made with. */
export interface LinkContext {
  readonly routes: Routes;
  readonly gone: GoneWatch;
  /** A connection to the kernel's own services. */
  connectLocal(): Duplex;
}

/** The way of a request. */
export interface FoundLink {
  readonly link: UpstreamLink;
  /** undefined for the kernel itself. */
  readonly upstream: Upstream | undefined;
  /** What the process wants to be shown. */
  readonly authorization: string | undefined;
}

/** The connections of one client to the processes of isolates, and to the kernel's own services. */
export class ClientLinks {
  readonly #context: LinkContext;
  readonly #held: HeldBytes;
  /** By isolate; undefined for the kernel itself. */
  readonly #current = new Map<string | undefined, FoundLink>();
  /** Of isolates with several processes: those to the others of them. */
  readonly #beside = new Map<Upstream, FoundLink>();
  /** With those of earlier generations, which end what they have. */
  readonly #all = new Set<UpstreamLink>();

  constructor(context: LinkContext, held: HeldBytes) {
    this.#context = context;
    this.#held = held;
  }

  /** Waits for a process where there is none. @throws IsolationError when there will be none */
  async find(isolate: string | undefined, signal: AbortSignal): Promise<FoundLink> {
    const upstream = isolate === undefined ? undefined : await this.#context.routes.upstream(isolate, signal);
    const known = this.#known(isolate, upstream);
    if (known?.link.isUsable === true && isSame(known.upstream, upstream)) return known;
    known?.link.retire();
    const link = upstream === undefined ? this.#open(this.#context.connectLocal()) : this.#connect(upstream);
    const found = { link, upstream, authorization: upstream === undefined ? undefined : bearer(upstream.token) };
    if (upstream?.instance === undefined) this.#current.set(isolate, found);
    else this.#beside.set(upstream, found);
    return found;
  }

  /** The connection to the process, or to one that it has taken the place of. */
  #known(isolate: string | undefined, upstream: Upstream | undefined): FoundLink | undefined {
    if (upstream?.instance === undefined) return this.#current.get(isolate);
    for (const [other, { link }] of this.#beside) {
      if (other.instance?.isOpen === true && link.isUsable) continue;
      link.retire();
      this.#beside.delete(other);
    }
    return this.#beside.get(upstream);
  }

  destroy(): void {
    for (const link of this.#all) link.destroy();
  }

  #connect(upstream: Upstream): UpstreamLink {
    const { gone } = this.#context;
    const link: UpstreamLink = this.#open(connect(upstream.address), () => gone.remove(upstream, link));
    gone.add(upstream, link);
    return link;
  }

  #open(socket: Duplex, onClose = (): void => {}): UpstreamLink {
    const link: UpstreamLink = new UpstreamLink(socket, this.#held, () => {
      this.#all.delete(link);
      onClose();
    });
    this.#all.add(link);
    return link;
  }
}

function isSame(one: Upstream | undefined, other: Upstream | undefined): boolean {
  return one?.generation === other?.generation && one?.pid === other?.pid;
}
