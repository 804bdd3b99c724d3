import type { Duplex } from "node:stream";
import { GrpcStatus } from "../../grpc/index.js";
import { COST, type DoorTimes, METADATA_BYTES, METADATA_FIELDS } from "./bounds.js";
import { ClientLinks, type FoundLink, type LinkContext } from "./client-links.js";
import { Exchange } from "./exchange.js";
import type { ExchangeContext } from "./exchange-context.js";
import { HeldBytes, type HeldTotal } from "./held-bytes.js";
import { Http2Connection } from "./http2/connection.js";
import type { DecodedBlock } from "./http2/hpack-decoder.js";
import { CODE, ConnectionError } from "./http2/protocol.js";
import type { Http2Stream } from "./http2/stream.js";
import { type Holder, identify } from "./identify.js";
import type { KeptTotal } from "./kept-request.js";
import { PlainHttp } from "./plain-http.js";
import { type RequestHead, readRequestHead } from "./request-head.js";
import type { RouteTable } from "./route-table.js";
import type { Idempotency } from "./routes.js";
import { type Refusal, statusFields } from "./status-fields.js";
import { allows, type Tokens } from "./tokens.js";

/** What the connections of a front door have in common. */
export interface DoorContext extends LinkContext {
  readonly table: RouteTable;
  readonly tokens: Tokens;
  readonly times: DoorTimes;
  readonly kept: KeptTotal;
  readonly held: HeldTotal;
}

/** One client of the front door: its requests, and its connections to the isolates. */
export class ClientConnection implements ExchangeContext {
  readonly connection: Http2Connection;
  readonly idleControllers: AbortController[] = [];
  readonly #door: DoorContext;
  readonly #isUser: boolean;
  readonly #onClose: () => void;
  readonly #exchanges = new Set<Exchange>();
  readonly #links: ClientLinks;
  readonly held: HeldBytes;
  readonly #greeting: NodeJS.Timeout;
  readonly #since = performance.now();
  /** What was shown last, and whose it is. */
  #shown: string | undefined;
  #holder: Holder | undefined;
  #isKnown = false;
  #isClosing = false;
  #framesAtLook = -1;

  /** @param isUser no token is wanted: only the kernel's own user can have made this connection */
  constructor(socket: Duplex, door: DoorContext, isUser: boolean, onClose: () => void) {
    this.#door = door;
    this.#isUser = isUser;
    this.held = new HeldBytes(door.held);
    this.#links = new ClientLinks(door, this.held);
    this.#onClose = onClose;
    this.#greeting = setTimeout(() => this.#fail("said nothing"), door.times.greetingMs);
    this.connection = new Http2Connection(socket, "server", this.held, {
      onReady: () => clearTimeout(this.#greeting),
      onRequest: (stream, block, isEnd) => this.#request(stream, block, isEnd),
      onGoaway: () => {},
      onStreamClosed: () => this.#endIfDone(),
      onClose: () => this.#closed(),
    });
  }

  get kept(): KeptTotal {
    return this.#door.kept;
  }

  /** Whether it has sent a request with a token that counts. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Ends it, because others need what it takes. */
  giveWay(why: string): void {
    this.connection.fail(new ConnectionError(CODE.enhanceYourCalm, why));
  }

  findLink(isolate: string | undefined, signal: AbortSignal): Promise<FoundLink> {
    return this.#links.find(isolate, signal);
  }

  idempotency(isolate: string | undefined, path: string): Idempotency {
    return isolate === undefined ? 0 : this.#door.table.idempotency(isolate, path);
  }

  onOver(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  /** No request is taken any more; the connection ends with the last one that runs. */
  drain(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.connection.goaway(this.connection.lastRequestId, CODE.none, "the kernel ends");
    this.#endIfDone();
  }

  /** Ends what runs. */
  cut(refusal: Refusal, tokenId?: string): void {
    for (const exchange of [...this.#exchanges])
      if (tokenId === undefined || exchange.tokenId === tokenId) exchange.cut(refusal);
  }

  /** Called now and then: ends a connection that is in the midst of something for too long, or for nothing. */
  look(): void {
    const { connection } = this;
    const isStuck = connection.isWithinBlock && connection.framesReceived === this.#framesAtLook;
    this.#framesAtLook = connection.framesReceived;
    if (isStuck) this.#fail("did not finish a frame");
    else if (!this.#isKnown && performance.now() - this.#since > this.#door.times.strangerMs)
      this.#fail("sent no request with a token");
  }

  #request(stream: Http2Stream, block: DecodedBlock, isEnd: boolean): void {
    if (this.#isClosing) {
      stream.reset(CODE.refused);
      return;
    }
    if (block.isTooLarge) {
      const message = `the metadata has ${block.size} bytes; ${METADATA_BYTES} in ${METADATA_FIELDS} fields are the most`;
      this.#refuse(stream, { code: GrpcStatus.RESOURCE_EXHAUSTED, message });
      return;
    }
    const head = readRequestHead(block.fields);
    const isMalformed = head === undefined || (isEnd && (head.contentLength ?? 0) > 0);
    if (isMalformed) {
      this.connection.calm.charge(COST.refused);
      stream.reset(CODE.protocol);
      return;
    }
    stream.expectedBytes = head.contentLength;
    if (head.isGrpc) this.#route(stream, head);
    else {
      new PlainHttp(stream, head.method);
      this.connection.calm.charge(COST.refused);
    }
  }

  #route(stream: Http2Stream, head: RequestHead): void {
    const holder = this.#identify(head.authorization);
    if ("code" in holder) {
      this.#refuse(stream, holder);
      return;
    }
    this.#isKnown = true;
    const route = this.#door.table.resolve(head.service, head.path, head.isolate);
    if ("code" in route) {
      this.#refuse(stream, route);
      return;
    }
    if (route.scopes.length > 0 && !allows(holder.scopes, route.scopes)) {
      const message = `the token may not call ${head.path.slice(0, 200)}: it lacks the scope ${route.scopes.join(" or ")}`;
      this.#refuse(stream, { code: GrpcStatus.PERMISSION_DENIED, message });
      return;
    }
    const exchange = new Exchange(this, stream, head, { isolate: route.isolate, tokenId: holder.id });
    this.#exchanges.add(exchange);
    exchange.begin();
  }

  #identify(authorization: string | undefined): Holder | Refusal {
    const known = this.#holder;
    const isSame = known !== undefined && authorization === this.#shown;
    if (isSame && (known.id === undefined || this.#door.tokens.isValid(known.id))) return known;
    const holder = identify(authorization, this.#door.tokens, this.#isUser);
    if ("code" in holder) return holder;
    this.#shown = authorization;
    this.#holder = holder;
    return holder;
  }

  #refuse(stream: Http2Stream, refusal: Refusal): void {
    stream.finish(statusFields(refusal, false));
    this.connection.calm.charge(COST.refused);
  }

  #endIfDone(): void {
    if (this.#isClosing && this.connection.streams.size === 0) this.connection.end();
  }

  #fail(what: string): void {
    this.giveWay(`the client ${what} in time`);
  }

  #closed(): void {
    clearTimeout(this.#greeting);
    this.#links.destroy();
    this.#onClose();
  }
}
