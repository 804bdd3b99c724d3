import { IsolationError } from "../../errors/index.js";
import { GrpcStatus } from "../../grpc/index.js";
import { timerDelay } from "../../platform/index.js";
import { Answer } from "./answer.js";
import { ATTEMPTS_AT_MOST, CONNECT_PAUSE_MS, CONNECT_TRIES_AT_MOST, STORY_MS } from "./bounds.js";
import type { Fields } from "./http2/hpack-decoder.js";
import { CODE } from "./http2/protocol.js";
import type { Http2Stream, StreamSink } from "./http2/stream.js";
import { KeptRequest, type KeptTotal } from "./kept-request.js";
import type { RequestHead } from "./request-head.js";
import type { Idempotency, Upstream } from "./routes.js";
import { type Refusal, statusFields } from "./status-fields.js";
import type { UpstreamLink, Waiter } from "./upstream-link.js";

/** What a request needs of the client's connection and of the front door. */
export interface ExchangeContext {
  readonly kept: KeptTotal;
  /** The way to the process that takes new requests, or to the kernel itself. */
  findLink(isolate: string | undefined, signal: AbortSignal): Promise<FoundLink>;
  idempotency(isolate: string | undefined, path: string): Idempotency;
  onOver(exchange: Exchange): void;
}

export interface FoundLink {
  readonly link: UpstreamLink;
  /** undefined for the kernel itself. */
  readonly upstream: Upstream | undefined;
  readonly authorization: string | undefined;
}

/**
 * One request of a client, until both sides are done with it: through the deaths of processes, exactly one of them at a
 * time has it.
 */
export class Exchange implements StreamSink, Waiter {
  /** The token that the client has shown; undefined for the kernel's own user. */
  readonly tokenId: string | undefined;
  readonly client: Http2Stream;
  readonly kept: KeptRequest;
  readonly #context: ExchangeContext;
  readonly #head: RequestHead;
  readonly #isolate: string | undefined;
  readonly #deadline: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** While no process has the request. */
  #waiting: AbortController | undefined;
  #found: FoundLink | undefined;
  #upstream: Http2Stream | undefined;
  #answer: Answer | undefined;
  #isOver = false;
  /** How often the request was sent, and how often a process could not be reached in a row. */
  #attempts = 0;
  #misses = 0;
  /** Bytes of the request that went out in this attempt, and those that the client was told of. */
  #sent = 0;
  #credited = 0;
  /** Whether the client has the first fields of an answer, and their encoding of messages. */
  #encoding: string | undefined;
  hasAnswer = false;

  constructor(
    context: ExchangeContext,
    client: Http2Stream,
    head: RequestHead,
    route: { readonly isolate: string | undefined; readonly tokenId: string | undefined },
  ) {
    this.#context = context;
    this.client = client;
    this.#head = head;
    this.#isolate = route.isolate;
    this.tokenId = route.tokenId;
    this.kept = new KeptRequest(context.kept);
    this.kept.isEnded = client.isRemoteEnded;
    this.#deadline = head.timeoutMs === undefined ? undefined : performance.now() + head.timeoutMs;
    client.sink = this;
  }

  /** Looks for a process, within the request's deadline. */
  begin(): void {
    if (this.#isOver) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    if (this.#deadline !== undefined) this.#startTimer(this.#deadline);
    this.#context.findLink(this.#isolate, waiting.signal).then(
      (found) => {
        if (this.#waiting !== waiting) return;
        this.#found = found;
        found.link.open(this);
      },
      (error: unknown) => {
        if (this.#waiting === waiting) this.fail(refusalOf(error));
      },
    );
  }

  onTurn(stream: Http2Stream): void {
    const found = this.#found as FoundLink;
    this.#stopWaiting();
    this.#upstream = stream;
    this.#attempts += 1;
    this.#sent = 0;
    const answer = new Answer(this);
    this.#answer = answer;
    stream.sink = answer;
    const { kept } = this;
    const chunks = kept.chunks();
    const isEnd = kept.isEnded && kept.trailers === undefined;
    stream.headers(this.#fields(found), isEnd && chunks.length === 0);
    for (const [index, chunk] of chunks.entries()) stream.send(chunk, isEnd && index === chunks.length - 1);
    if (kept.trailers !== undefined) stream.headers(kept.trailers, true);
  }

  onNoTurn(): void {
    if (this.#isOver) return;
    this.#misses += 1;
    if (this.#misses <= CONNECT_TRIES_AT_MOST) this.#pause();
    else {
      const message = `${this.#who()} takes no requests: ${CONNECT_TRIES_AT_MOST} times it was tried`;
      this.fail({ code: GrpcStatus.UNAVAILABLE, message });
    }
  }

  /** The process has not begun with it: it goes to the next one. */
  unprocessed(): void {
    this.#upstream = undefined;
    if (this.#isOver) return;
    this.#attempts -= 1;
    if (this.kept.isWhole) this.onNoTurn();
    else void this.#unavailable("was not begun");
  }

  /** The process is gone, or its connection; it may have begun. */
  lost(): void {
    const { isAnswered, hasMessages } = this.#answer as Answer;
    this.#upstream = undefined;
    if (this.#isOver) return;
    if (isAnswered) {
      this.client.resetAfterEnd(CODE.none);
      return;
    }
    const isRepeatable = this.#context.idempotency(this.#isolate, this.#head.path) > 0;
    if (isRepeatable && !hasMessages && this.kept.isWhole && this.#attempts < ATTEMPTS_AT_MOST) this.#pause();
    else void this.#unavailable("was lost while it ran");
  }

  /** The answer began. What was kept is of no use any more, unless the method may be run again. */
  answered(fields: Fields, encoding: string | undefined): void {
    if (this.hasAnswer) {
      // Of an earlier attempt the client has the fields already; messages must fit to them.
      if (encoding !== this.#encoding)
        this.fail({ code: GrpcStatus.UNAVAILABLE, message: `${this.#who()} was restarted, and changed its encoding` });
      return;
    }
    this.hasAnswer = true;
    this.#encoding = encoding;
    if (this.#context.idempotency(this.#isolate, this.#head.path) === 0) this.kept.drop();
    this.client.headers(fields, false);
  }

  /** Ends the request by a status of ours. */
  fail(refusal: Refusal): void {
    if (this.#isOver) return;
    const { client } = this;
    this.#over();
    client.finish(statusFields(refusal, this.hasAnswer));
  }

  /** Ends it without waiting for a client that does not read. */
  cut(refusal: Refusal): void {
    if (this.#isOver) return;
    if (this.client.queue.length > 0) {
      const { client } = this;
      this.#over();
      client.reset(CODE.cancel);
    } else this.fail(refusal);
  }

  /** So many bytes of the request have left for the process. */
  forwarded(bytes: number): void {
    this.#sent += bytes;
    if (this.#sent <= this.#credited) return;
    this.client.consumed(this.#sent - this.#credited);
    this.#credited = this.#sent;
  }

  // What the client says.

  onHeaders(trailers: Fields): void {
    this.kept.trailers = trailers;
    this.kept.isEnded = true;
    this.#upstream?.headers(trailers, true);
  }

  onData(chunk: Buffer, isEnd: boolean): void {
    this.kept.add(chunk, isEnd, this.#upstream !== undefined);
    this.#upstream?.send(chunk, isEnd);
  }

  onSent(bytes: number): void {
    this.#upstream?.consumed(bytes);
  }

  onReset(code: number): void {
    this.#over(code);
  }

  onLost(): void {
    this.#over();
  }

  onClosed(): void {
    this.#over();
  }

  #over(code: number = CODE.cancel): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWaiting();
    this.#found?.link.cancel(this);
    this.#upstream?.reset(code);
    this.#upstream = undefined;
    this.kept.drop();
    this.#context.onOver(this);
  }

  #fields({ authorization }: FoundLink): Fields {
    const fields = this.#head.forwarded.slice();
    if (authorization !== undefined) fields.push("authorization", authorization);
    if (this.#deadline === undefined) return fields;
    // Rounded up: the client's own deadline is what ends it.
    const at = fields.indexOf("grpc-timeout");
    const left = Math.max(1, Math.ceil(this.#deadline - performance.now()));
    if (left + 5 < (this.#head.timeoutMs ?? 0)) fields[at + 1] = left < 1e8 ? `${left}m` : (fields[at + 1] as string);
    return fields;
  }

  #startTimer(deadline: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (deadline > performance.now()) this.#startTimer(deadline);
        else this.fail({ code: GrpcStatus.DEADLINE_EXCEEDED, message: `${this.#who()} was not ready in time` });
      },
      timerDelay(Math.max(0, deadline - performance.now())),
    );
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.#isOver) waiting?.abort();
  }

  /** Before it is tried again: not at all the first time, then longer each time. */
  #pause(): void {
    this.#found = undefined;
    if (this.#deadline !== undefined) this.#startTimer(this.#deadline);
    const tries = Math.max(this.#misses, this.#attempts) - 1;
    const pause = tries <= 0 ? 0 : Math.min(500, CONNECT_PAUSE_MS * 2 ** tries);
    setTimeout(() => this.begin(), pause);
  }

  async #unavailable(what: string): Promise<void> {
    const story = await storyOf(this.#found?.upstream, this.#who());
    this.fail({
      code: GrpcStatus.UNAVAILABLE,
      message: `${this.#head.path.slice(0, 200)} ${what} in ${this.#who()}: ${story.message}`,
      error: story,
    });
  }

  #who(): string {
    return this.#isolate === undefined ? "the kernel" : `isolate ${this.#isolate}`;
  }
}

/** Why a process is gone; the connection may break a little sooner than that is known. */
async function storyOf(upstream: Upstream | undefined, who: string): Promise<IsolationError> {
  const unknown = new IsolationError("CRASHED", `${who} closed its connection`);
  if (upstream === undefined) return unknown;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<IsolationError>((resolve) => {
    timer = setTimeout(resolve, STORY_MS, unknown);
  });
  const story = await Promise.race([upstream.gone, late]);
  clearTimeout(timer);
  return story;
}

function refusalOf(error: unknown): Refusal {
  const known = error instanceof Error ? error : new Error(String(error));
  const isFull = IsolationError.is(known, "QUEUE_FULL");
  return {
    code: isFull ? GrpcStatus.RESOURCE_EXHAUSTED : GrpcStatus.UNAVAILABLE,
    message: known.message,
    error: known,
  };
}
