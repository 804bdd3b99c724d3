import type { HealthBoard } from "./health.js";
import { FilePool } from "./reflection/file-pool.js";
import type { Reflected } from "./reflection/reflection.js";
import { standardFiles } from "./reflection/standard-files.js";
import { HEALTH_SERVICE, REFLECTION_SERVICES, type RouteTable } from "./route-table.js";
import type { LocalService, Routes } from "./routes.js";

const STANDARD_SERVICES = [HEALTH_SERVICE, ...REFLECTION_SERVICES];

/** What health and reflection tell of all isolates. */
export class DoorFacts implements HealthBoard, Reflected {
  readonly #table: RouteTable;
  readonly #routes: Routes;
  readonly #local: readonly LocalService[];
  readonly #listeners = new Set<() => void>();
  #pool: FilePool | undefined;
  #isClosing = false;

  constructor(table: RouteTable, routes: Routes, local: readonly LocalService[]) {
    this.#table = table;
    this.#routes = routes;
    this.#local = local;
  }

  changed(): void {
    this.#pool = undefined;
    for (const listener of [...this.#listeners]) listener();
  }

  /** From now on, the kernel as a whole does not serve. */
  close(): void {
    this.#isClosing = true;
    this.changed();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  isServing(name: string): boolean | undefined {
    if (name === "" || this.#localNames().includes(name)) return !this.#isClosing;
    const isolates = this.#table.isolates();
    const owners = this.#table.owners().get(name) ?? (isolates.has(name) ? [name] : undefined);
    if (owners === undefined) return undefined;
    return !this.#isClosing && owners.every((owner) => isolates.get(owner)?.state === "ready");
  }

  names(): readonly string[] {
    return [...new Set(["", ...this.services(), ...this.#table.isolates().keys()])];
  }

  services(): readonly string[] {
    return [...new Set([...this.#localNames(), ...this.#table.owners().keys()])].sort();
  }

  pool(): FilePool {
    this.#pool ??= this.#createPool();
    return this.#pool;
  }

  #createPool(): FilePool {
    const pool = new FilePool();
    pool.add("kernel", standardFiles(), STANDARD_SERVICES);
    for (const { files, name } of this.#local) pool.add("kernel", files, [name]);
    const local = new Set(this.#localNames());
    for (const { name, services } of this.#table.isolates().values()) {
      const own = services.filter((service) => !local.has(service));
      try {
        pool.add(name, this.#routes.describe(name)?.files ?? [], own);
      } catch (error) {
        // What an isolate says of itself in vain is its own loss: its services are listed, and not described.
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return pool;
  }

  #localNames(): string[] {
    return [...STANDARD_SERVICES, ...this.#local.map(({ name }) => name)];
  }
}
