import { GrpcStatus } from "../../grpc/index.js";
import { Answer } from "./answer.js";
import { Attempts } from "./attempts.js";
import { CONNECT_TRIES_AT_MOST, OVERDUE_MS } from "./bounds.js";
import type { FoundLink } from "./client-links.js";
import { Deadline } from "./deadline.js";
import { refusalByDeath, refusalOf } from "./death-story.js";
import type { ExchangeContext } from "./exchange-context.js";
import type { Fields } from "./http2/hpack-decoder.js";
import { CODE } from "./http2/protocol.js";
import type { Http2Stream } from "./http2/stream.js";
import { RequestFlow } from "./request-flow.js";
import type { RequestHead } from "./request-head.js";
import { type Refusal, statusFields } from "./status-fields.js";
import type { Waiter } from "./upstream-link.js";

const NOTHING = (): void => {};

/**
 * One request of a client, until both sides are done with it: through the deaths of processes, exactly one of them at a
 * time has it.
 */
export class Exchange implements Waiter {
  /** The token that the client has shown; undefined for the kernel's own user. */
  readonly tokenId: string | undefined;
  readonly client: Http2Stream;
  readonly request: RequestFlow;
  readonly #context: ExchangeContext;
  readonly #head: RequestHead;
  readonly #isolate: string | undefined;
  readonly #deadline: Deadline | undefined;
  /** While no process has the request. */
  #waiting: AbortController | undefined;
  #found: FoundLink | undefined;
  /** To be called when the process that has it has it no more. */
  #leave: () => void = NOTHING;
  #answer: Answer | undefined;
  #isOver = false;
  readonly #attempts = new Attempts();
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
    this.request = new RequestFlow(client, context, (code) => this.#over(code));
    this.#deadline = head.timeoutMs === undefined ? undefined : new Deadline(head.timeoutMs);
  }

  /** Looks for a process, within the request's deadline. */
  begin(): void {
    if (this.#isOver) return;
    const waiting = this.#context.idleControllers.pop() ?? new AbortController();
    this.#waiting = waiting;
    this.#deadline?.start(this.#passed);
    this.#context.findLink(this.#isolate, waiting.signal).then(
      (found) => {
        if (this.#waiting !== waiting) return;
        this.#found = found;
        this.#leave();
        this.#leave = found.upstream?.instance?.began() ?? NOTHING;
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
    this.#attempts.sent();
    const answer = new Answer(this);
    this.#answer = answer;
    stream.sink = answer;
    this.request.attach(stream, this.#fields(found));
  }

  onNoTurn(): void {
    if (this.#isOver) return;
    if (this.#attempts.missed()) this.#pause();
    else {
      const message = `${this.#who()} takes no requests: ${CONNECT_TRIES_AT_MOST} times it was tried`;
      this.fail({ code: GrpcStatus.UNAVAILABLE, message });
    }
  }

  /** The process has not begun with it: it goes to the next one. */
  unprocessed(): void {
    this.request.detach()?.reset(CODE.none);
    if (this.#isOver) return;
    this.#attempts.takenBack();
    if (this.request.isWhole) this.onNoTurn();
    else void this.#unavailable("was not begun");
  }

  /** The process is gone, or its connection; it may have begun. */
  lost(): void {
    const { isAnswered, hasMessages } = this.#answer as Answer;
    this.request.detach();
    if (this.#isOver) return;
    if (isAnswered) {
      this.client.resetAfterEnd(CODE.none);
      return;
    }
    const isRepeatable = this.#context.idempotency(this.#isolate, this.#head.path) > 0;
    if (isRepeatable && !hasMessages && this.request.isWhole && this.#attempts.mayBeSentAgain) this.#pause();
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
    if (this.#context.idempotency(this.#isolate, this.#head.path) === 0) this.request.drop();
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

  #over(code: number = CODE.cancel): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline?.stop();
    this.#stopWaiting();
    this.#found?.link.cancel(this);
    this.request.detach()?.reset(code);
    this.request.drop();
    this.#leave();
    this.#context.onOver(this);
  }

  #fields({ authorization }: FoundLink): Fields {
    const fields = this.#head.forwarded.slice();
    if (authorization !== undefined) fields.push("authorization", authorization);
    this.#deadline?.rewrite(fields);
    return fields;
  }

  /** A process that has it says so itself, unless it is busy or does not care. */
  readonly #passed = (): void => {
    if (this.request.isAttached) this.#deadline?.extend(OVERDUE_MS, () => this.#late("did not answer"));
    else this.#late("was not ready");
  };

  #late(what: string): void {
    this.fail({ code: GrpcStatus.DEADLINE_EXCEEDED, message: `${this.#who()} ${what} in time` });
  }

  #stopWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (this.#isOver) waiting.abort();
    else this.#context.idleControllers.push(waiting);
  }

  /** Before it is tried again. */
  #pause(): void {
    this.#found = undefined;
    this.#leave();
    this.#leave = NOTHING;
    this.#deadline?.start(this.#passed);
    setTimeout(() => this.begin(), this.#attempts.pauseMs);
  }

  async #unavailable(what: string): Promise<void> {
    this.fail(await refusalByDeath(this.#head.path, what, this.#who(), this.#found?.upstream));
  }

  #who(): string {
    return this.#isolate === undefined ? "the kernel" : `isolate ${this.#isolate}`;
  }
}
