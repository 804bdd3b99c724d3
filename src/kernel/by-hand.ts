import { IsolationError, invalidOption } from "../errors/index.js";
import type { RecycleFacts } from "../isolator/index.js";
import { checkStop } from "./check-stop.js";
import type { IsolateEvent } from "./events.js";
import type { Conductor, Unit } from "./life/index.js";
import { absolute } from "./manifest/index.js";

/** What operators change a kernel by. */
export interface ByHandParts {
  /** The kernel's name, for messages. */
  readonly kernel: string;
  /** What relative modules are resolved in. */
  readonly folder: string;
  readonly conductor: Conductor;
  /** @throws IsolationError INVALID_OPTION for a name that the manifest does not have */
  unit(name: string): Unit;
  isStopping(): boolean;
  tell(event: IsolateEvent): void;
}

/** What operators do to single isolates: start, stop, restart, replace. */
export class ByHand {
  readonly #parts: ByHandParts;

  constructor(parts: ByHandParts) {
    this.#parts = parts;
  }

  async start(name: string): Promise<void> {
    const unit = this.#unit(name);
    if (unit.current !== undefined && !unit.isStopping) return;
    await this.#started(unit, () => unit.start());
  }

  async stop(name: string, reason: string): Promise<void> {
    const unit = this.#unit(name);
    checkStop({ reason, graceMs: 0 });
    this.#parts.conductor.stopped(unit);
    await unit.stop(reason);
    this.#parts.tell({ type: "stopped", isolate: name, reason: "operator" });
  }

  /** Whether an isolate is down because an operator wants it to be. */
  wantsDown(name: string): boolean {
    const unit = this.#unit(name);
    return unit.isDown && unit.state !== "failed" && this.#parts.conductor.isStopped(unit);
  }

  async restart(name: string): Promise<RecycleFacts | undefined> {
    const unit = this.#unit(name);
    if (unit.current !== undefined && !unit.isStopping) return unit.recycle();
    await this.start(name);
    return undefined;
  }

  async replace(name: string, module: string | URL): Promise<void> {
    const unit = this.#unit(name);
    if (typeof module !== "string" && !(module instanceof URL))
      throw invalidOption("module", "a path, a package name or a file URL", module);
    const successor = absolute(module, "module", this.#parts.folder);
    const takeover = await (unit.isDown || unit.state === "starting"
      ? this.#started(unit, () => unit.startAs(successor))
      : unit.replace(successor));
    this.#parts.tell({ type: "replaced", isolate: name, ...takeover });
  }

  /** Starts one that is down, and is to be up from now on. */
  async #started<T>(unit: Unit, start: () => Promise<T>): Promise<T> {
    const { conductor } = this.#parts;
    conductor.started(unit);
    try {
      return await start();
    } catch (error) {
      // Somebody else may have started it meanwhile.
      if (unit.isDown) conductor.stopped(unit);
      throw error;
    }
  }

  /** @throws IsolationError STOPPED when the kernel is ending, INVALID_OPTION */
  #unit(name: string): Unit {
    if (this.#parts.isStopping()) throw new IsolationError("STOPPED", `${this.#parts.kernel} is stopping`);
    return this.#parts.unit(name);
  }
}
