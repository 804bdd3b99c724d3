import { IsolationError } from "../../errors/index.js";
import { type Call, CallTable, type CallTaker, CallTargets, keepAlive, ModuleCalls } from "../../isolator/index.js";
import { openIsolateLane } from "./isolate-lane.js";
import { IsolateSession, type IsolateSessionListener } from "./isolate-session.js";
import type { KernelClient } from "./kernel-client.js";

/** As the options `maxInFlight` and `maxQueue` are where nobody sets them. */
const MAX_IN_FLIGHT = 1_024;
const MAX_QUEUE = Number.POSITIVE_INFINITY;

/** How often a call is taken to another process because one has refused it: code that is not trusted may say so for ever. */
const REFUSALS = 20;

/** How often a connection may break before it is taken, and how long until the next, in milliseconds. */
const TRIES = 20;
const PAUSE_MS = 50;

/** The calls of one isolate of a kernel that runs elsewhere: through the deaths and replacements of its processes. */
export class RemoteIsolate implements CallTaker, IsolateSessionListener {
  readonly name: string;
  readonly targets = new CallTargets();
  readonly calls: ModuleCalls;
  readonly #client: KernelClient;
  readonly #table = new CallTable(MAX_IN_FLIGHT, MAX_QUEUE);
  readonly #sessions = new Set<IsolateSession>();
  readonly #over = new AbortController();
  /** How often processes have refused a call. */
  readonly #refusals = new WeakMap<Call, number>();
  #connecting = false;
  #present: IsolateSession | undefined;
  /** Calls that have not settled. */
  #pending = 0;
  #closed: (() => IsolationError) | undefined;

  constructor(name: string, client: KernelClient) {
    this.name = name;
    this.#client = client;
    this.calls = new ModuleCalls(this, undefined);
  }

  submit(call: Call): void {
    keepAlive.acquire();
    this.#pending += 1;
    if (call.isAborted) call.cancel();
    else if (this.#closed !== undefined) call.fail(this.#closed());
    else {
      this.#table.submit(call);
      this.#connect();
    }
  }

  settled(call: Call): void {
    keepAlive.release();
    this.#pending -= 1;
    this.#table.settled(call);
  }

  ended(call: Call): void {
    this.#table.ended(call);
  }

  onRefused(session: IsolateSession, call: Call, error: IsolationError): void {
    const refusals = (this.#refusals.get(call) ?? 0) + 1;
    this.#refusals.set(call, refusals);
    if (refusals > REFUSALS) {
      call.reject(error);
      return;
    }
    if (this.#present === session) this.#leave();
    this.#table.returned(call, error);
    this.#connect();
    void this.#closeWhenDone(session);
  }

  onDrain(): void {
    this.#table.drained();
  }

  onLost(session: IsolateSession, broken: IsolationError | undefined): void {
    if (this.#present === session) this.#leave();
    this.#sessions.delete(session);
    const story = broken ?? session.story();
    const lost = (call?: Call): IsolationError => lostError(this.name, story, call?.attempts);
    this.#table.lose(session, this.#closed === undefined, lost);
    session.session.close(lost());
    if (this.#pending > 0) this.#connect();
  }

  /** Settles everything. @param toError why nothing is taken any more */
  close(toError: () => IsolationError): void {
    if (this.#closed !== undefined) return;
    this.#closed = toError;
    this.#over.abort();
    this.#table.rejectWaiting(toError);
    for (const session of [...this.#sessions]) {
      this.#table.lose(session, false, toError);
      session.session.close(toError());
    }
    this.#sessions.clear();
  }

  /** Calls wait from now on. */
  #leave(): void {
    this.#present = undefined;
    this.#table.close();
  }

  #connect(): void {
    if (this.#connecting || this.#present !== undefined || this.#closed !== undefined) return;
    this.#connecting = true;
    void this.#open()
      .catch((error: unknown) => {
        if (this.#closed === undefined) this.#table.rejectWaiting((call) => refusedError(this.name, error, call));
      })
      .finally(() => {
        this.#connecting = false;
      });
  }

  async #open(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const lane = await openIsolateLane(this.#client, this.name, this.#over.signal);
        if (this.#closed !== undefined) {
          lane.lane.close();
          return;
        }
        const session = new IsolateSession(lane, this.targets, this);
        this.#sessions.add(session);
        this.#present = session;
        this.#table.open(session);
        return;
      } catch (error) {
        // What has no other reason is a connection that broke: the process has gone in between.
        if (!IsolationError.is(error, "PROTOCOL") || tries >= TRIES || this.#closed !== undefined) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #closeWhenDone(session: IsolateSession): Promise<void> {
    await this.#table.whenDrained(session);
    await session.session.streamsRead();
    if (this.#sessions.delete(session))
      session.session.close(new IsolationError("STOPPED", `${this.name} was replaced`));
  }
}

/** Why a call that was running will not be answered. */
function lostError(name: string, story: unknown, attempts: number | undefined): IsolationError {
  const facts = { isolate: name, ...(attempts === undefined ? {} : { attempts }) };
  if (!IsolationError.is(story)) {
    const message = `the connection to ${name} was lost while the call was running`;
    return new IsolationError("CRASHED", message, { cause: story, facts });
  }
  return new IsolationError(story.code, withoutCode(story), {
    cause: story.cause,
    facts: { ...story.facts, ...facts },
  });
}

/** Why a call that waits is not taken: each gets an error of its own. */
function refusedError(name: string, error: unknown, { attempts }: Call): IsolationError {
  if (IsolationError.is(error)) return lostError(name, error, attempts);
  const message = `${name} cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  return new IsolationError("STOPPED", message, { cause: error, facts: { isolate: name, attempts } });
}

/** Every message begins with its code, which the new one's does, too. */
function withoutCode({ code, message }: IsolationError): string {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
}
