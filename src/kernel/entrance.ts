import { bearer } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { hostReaper } from "../platform/index.js";
import { type Dashboard, type DashboardOptions, Dashboards, localPort } from "./dashboard/index.js";
import type { FrontDoorAccess } from "./grants/index.js";
import type { Unit } from "./life/index.js";
import type { ResolvedIsolate, ResolvedManifest } from "./manifest/index.js";
import { Operators } from "./operators.js";
import type { ResolvedKernelOptions } from "./options.js";
import { type FrontDoor, openFrontDoor, type TokenScope, Tokens } from "./routing/index.js";
import type { KernelRuntime } from "./runtime.js";
import { KernelRoutes } from "./services/index.js";

/** Until clients of the front door have read the last of it, when no isolate is left, in milliseconds. */
const DOOR_GRACE_MS = 500;

/** The front door of a kernel, where it has one, with all that belongs to it: routes, tokens, the operators' service. */
export class Entrance {
  readonly routes: KernelRoutes;
  readonly tokens = new Tokens();
  readonly #manifest: ResolvedManifest;
  readonly #options: ResolvedKernelOptions;
  readonly #runtime: KernelRuntime;
  readonly #dashboards = new Dashboards();
  #isClosed = false;
  #operators: Operators | undefined;
  /** What isolates that may call gRPC services show at the door, by isolate. */
  readonly #shown = new Map<string, string>();
  #door: FrontDoor | undefined;
  #freeReaper = (): void => {};

  constructor(runtime: KernelRuntime, units: ReadonlyMap<string, Unit>, options: ResolvedKernelOptions) {
    this.#runtime = runtime;
    this.#manifest = runtime.manifest;
    this.#options = options;
    this.routes = new KernelRoutes(units);
    this.#operators = wantsDoor(this.#manifest, options) ? new Operators(runtime, this.tokens) : undefined;
  }

  get door(): FrontDoor | undefined {
    return this.#door;
  }

  /** @throws IsolationError INVALID_OPTION for a socket, address or certificate that cannot be used */
  async open(): Promise<void> {
    if (this.#operators === undefined) return;
    // What leads to the door lies in the host's directory, which would go with the last isolate that is stopped.
    this.#freeReaper = hostReaper().hold("isolator");
    const { name: kernel, socket, listen, auth } = this.#manifest;
    const { tokens, routes } = this;
    const door = { kernel, socket, listen, auth, tokens, routes, local: [this.#operators.service] };
    this.#door = await openFrontDoor(door);
    if (this.#options.discoverable) this.#operators.publish(this.#door);
  }

  /** What an isolate reaches the gRPC services by that it was granted. @throws IsolationError NOT_GRANTED when there are none */
  accessFor({ name, uses }: ResolvedIsolate): FrontDoorAccess {
    const services = servicesOf(this.#manifest);
    const scopes = [...uses.keys()].filter((target) => services.has(target)).map((one): TokenScope => `call:${one}`);
    if (this.#door === undefined || scopes.length === 0) {
      const message = `${name} may not use the front door: its uses in the manifest name no gRPC service`;
      throw new IsolationError("NOT_GRANTED", message, { facts: { isolate: name } });
    }
    const shown = this.#shown.get(name) ?? bearer(this.tokens.create({ scopes, note: `isolate ${name}` }).token);
    this.#shown.set(name, shown);
    return { address: `unix:${this.#door.socket}`, authorization: shown };
  }

  /** Opens a page to look at the kernel, which ends with it. */
  async dashboard(options: DashboardOptions): Promise<Dashboard> {
    // A kernel without a front door keeps from now on what its isolates write.
    this.#operators ??= new Operators(this.#runtime, this.tokens);
    const port = localPort(this.#operators.service, () => this.#runtime.metrics.read());
    const dashboard = await this.#dashboards.open(port, options);
    if (!this.#isClosed) return dashboard;
    await dashboard.close();
    throw new IsolationError("STOPPED", `the kernel ${this.#manifest.name} has ended`);
  }

  /** No request is taken any more. Those that run end while the isolates do: they may finish there. */
  drain(): void {
    this.#operators?.withdraw();
    this.#door?.drain();
  }

  /** When no isolate is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#door?.close(DOOR_GRACE_MS), this.#dashboards.end("drain")]);
    this.#freeReaper();
  }
}

function servicesOf({ isolates }: ResolvedManifest): ReadonlySet<string> {
  return new Set([...isolates.values()].flatMap(({ grpc }) => grpc?.services ?? []));
}

function wantsDoor(
  { socket, listen, auth, isolates }: ResolvedManifest,
  { frontDoor, discoverable }: ResolvedKernelOptions,
): boolean {
  if (frontDoor || discoverable || socket !== undefined || listen !== undefined || auth === "user") return true;
  return [...isolates.values()].some(({ grpc }) => grpc !== undefined);
}
