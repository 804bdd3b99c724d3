import { appendLocalStack, areJsonSafe, isError } from "../codec/index.js";
import type { Settlement } from "../contract/index.js";
import type { CallSink, CallTarget } from "./call-target.js";
import type { CallExtras, Outbox } from "./outbox.js";
import { Scope } from "./scope.js";
import type { Values } from "./values.js";

/** The calls of this side: sends them, and settles whoever waits for them. */
export class OutgoingCalls {
  readonly #outbox: Outbox;
  readonly #values: Values;
  readonly #sinks = new Map<number, CallSink>();
  /** Only calls that lend something have one. */
  readonly #scopes = new Map<number, Scope>();
  /** By identity: whoever calls the same thing again passes the same object. */
  readonly #handles = new Map<CallTarget, number>();
  #ids = 0;
  #lastHandle = 0;

  constructor(outbox: Outbox, values: Values) {
    this.#outbox = outbox;
    this.#values = values;
  }

  /**
   * Sends a call, or arranges for it; returns its id.
   *
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is sent then
   */
  send(target: CallTarget, args: readonly unknown[], sink: CallSink, extras?: CallExtras): number {
    const id = this.#nextId();
    if (arePrimitive(args)) this.#outbox.call(id, this.#handleOf(target), args, extras);
    else if (areJsonSafe(args)) this.#outbox.callWithText(id, this.#handleOf(target), JSON.stringify(args), extras);
    else this.#sendPayload(id, target, args, extras);
    this.#sinks.set(id, sink);
    return id;
  }

  /** Forgets a call that its sink has settled already, and tells the other side. */
  cancel(id: number): void {
    if (!this.#sinks.delete(id)) return;
    this.#endScope(id);
    this.#outbox.cancel(id);
  }

  /** The target will not be called again: what it was bound to is gone. */
  forget(target: CallTarget): void {
    this.#handles.delete(target);
  }

  result(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  settle({ id, outcome }: Settlement): void {
    const sink = this.#sinks.get(id);
    if (sink === undefined) return;
    try {
      if (outcome?.$case === "value") this.result(id, this.#values.decode(outcome.value, undefined));
      else {
        const error = outcome === undefined ? undefined : this.#values.decodeError(outcome.value);
        if (isError(error) && sink.callSite !== undefined) appendLocalStack(error, sink.callSite);
        this.#take(id)?.reject(error);
      }
    } catch (error) {
      this.#take(id)?.reject(error);
    }
  }

  /** The other side is gone: ends every loan. Settling is up to `settle`, or to whoever knows the whole story. */
  lose(settle: ((sink: CallSink) => void) | undefined): void {
    for (const id of [...this.#scopes.keys()]) this.#endScope(id);
    const sinks = [...this.#sinks.values()];
    this.#sinks.clear();
    if (settle !== undefined) for (const sink of sinks) settle(sink);
  }

  #sendPayload(id: number, target: CallTarget, args: readonly unknown[], extras: CallExtras | undefined): void {
    const scope = new Scope();
    const { payload, sent } = this.#values.encode(args, "args", scope);
    this.#scopes.set(id, scope);
    const send = (): void => this.#outbox.call(id, this.#handleOf(target), null, { ...extras, args: payload });
    if (sent === undefined) send();
    else void sent.then(() => this.#sinks.has(id) && send());
  }

  #take(id: number): CallSink | undefined {
    const sink = this.#sinks.get(id);
    if (sink === undefined) return undefined;
    this.#sinks.delete(id);
    if (this.#scopes.size > 0) this.#endScope(id);
    return sink;
  }

  #endScope(id: number): void {
    this.#scopes.get(id)?.end();
    this.#scopes.delete(id);
  }

  #handleOf(target: CallTarget): number {
    const known = this.#handles.get(target);
    if (known !== undefined) return known;
    this.#lastHandle += 1;
    const handle = this.#lastHandle;
    this.#handles.set(target, handle);
    const { method } = target;
    if (target.kind === "module") this.#outbox.introduce(handle, { module: target.module, method, reference: 0 });
    else this.#outbox.introduce(handle, { module: "", method, reference: target.reference });
    return handle;
  }

  #nextId(): number {
    do this.#ids = this.#ids === 0xffff_ffff ? 1 : this.#ids + 1;
    while (this.#sinks.has(this.#ids));
    return this.#ids;
  }
}

/** Whether nobody can change the arguments any more, and JSON carries them. */
function arePrimitive(args: readonly unknown[]): boolean {
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    switch (typeof arg) {
      case "string":
      case "boolean":
        break;
      case "number":
        // Neither NaN nor an infinity nor -0.
        if (arg - arg !== 0 || (arg === 0 && 1 / arg < 0)) return false;
        break;
      default:
        if (arg !== null) return false;
    }
  }
  return true;
}
