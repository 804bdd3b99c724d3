import type { ShutdownOptions } from "../../isolator/index.js";
import { quiet } from "../../session/index.js";
import type { UnitProcesses } from "./unit-processes.js";

/** Those of a unit that were replaced, and finish their calls. */
export class Retiring {
  readonly #all = new Set<UnitProcesses>();

  add(old: UnitProcesses): void {
    this.#all.add(old);
    void quiet(this.#retire(old));
  }

  async shutdown(options: ShutdownOptions): Promise<void> {
    await Promise.all([...this.#all].map((old) => old.shutdown(options)));
  }

  async #retire(old: UnitProcesses): Promise<void> {
    try {
      await old.idle();
      await old.shutdown({ reason: "replaced" });
    } finally {
      this.#all.delete(old);
    }
  }
}
