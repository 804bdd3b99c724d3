import { didYouMean } from "../../errors/index.js";
import { GrpcStatus } from "../../grpc/index.js";
import { ISOLATE_KEY } from "./request-head.js";
import type { Idempotency, LocalService, RoutedIsolate, Routes } from "./routes.js";
import type { Refusal } from "./status-fields.js";
import type { TokenScope } from "./tokens.js";

/** Where a request goes, and any one of the scopes that allow it; none for what everybody with a token may ask. */
export interface Route {
  /** undefined for the kernel itself. */
  readonly isolate: string | undefined;
  readonly scopes: readonly TokenScope[];
}

const HOST_SERVICE = "pihost.v1.HostService";

/** Its methods that call and ask; the others end an isolate or change it, and `Session` may do all of that. */
const CALLS_OF_HOST_SERVICE = new Set(["Invoke", "Status", "Watch"]);

/** What is asked about services, not of them. */
export const HEALTH_SERVICE = "grpc.health.v1.Health";
export const REFLECTION_SERVICES = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];
const OPEN_SERVICES = new Set([HEALTH_SERVICE, ...REFLECTION_SERVICES]);

/** Which isolate has which service. */
export class RouteTable {
  readonly #routes: Routes;
  readonly #kernel: string;
  readonly #local: ReadonlySet<string>;
  #isolates: ReadonlyMap<string, RoutedIsolate> = new Map();
  #owners: ReadonlyMap<string, readonly string[]> = new Map();
  readonly #idempotency = new Map<string, ReadonlyMap<string, Idempotency>>();
  #isStale = true;

  constructor(kernel: string, routes: Routes, local: readonly LocalService[]) {
    this.#kernel = kernel;
    this.#routes = routes;
    this.#local = new Set([...OPEN_SERVICES, ...local.map(({ name }) => name)]);
  }

  /** Something changed: all is asked again at the next request. */
  invalidate(): void {
    this.#isStale = true;
  }

  isolates(): ReadonlyMap<string, RoutedIsolate> {
    this.#refresh();
    return this.#isolates;
  }

  /** Every service that can be called by its name alone, with the isolates that have it. */
  owners(): ReadonlyMap<string, readonly string[]> {
    this.#refresh();
    return this.#owners;
  }

  resolve(service: string, path: string, isolate: string | undefined): Route | Refusal {
    this.#refresh();
    if (isolate !== undefined) return this.#onIsolate(service, path, isolate);
    if (this.#local.has(service)) return { isolate: undefined, scopes: OPEN_SERVICES.has(service) ? [] : ["operate"] };
    if (service === HOST_SERVICE) return this.#whichIsolate(`every isolate has a ${HOST_SERVICE}`, this.#names());
    const owners = this.#owners.get(service);
    if (owners === undefined) return this.#unknownService(service);
    const [owner] = owners;
    if (owners.length > 1 || owner === undefined)
      return this.#whichIsolate(`${service} is a service of ${listed(owners)}`, owners);
    return { isolate: owner, scopes: [`call:${owner}`, `call:${service}`] };
  }

  idempotency(isolate: string, path: string): Idempotency {
    this.#refresh();
    let methods = this.#idempotency.get(isolate);
    if (methods === undefined) {
      methods = new Map(this.#routes.describe(isolate)?.methods.map((method) => [method.path, method.idempotency]));
      this.#idempotency.set(isolate, methods);
    }
    return methods.get(path) ?? 0;
  }

  #onIsolate(service: string, path: string, isolate: string): Route | Refusal {
    if (!this.#isolates.has(isolate)) {
      return {
        code: GrpcStatus.NOT_FOUND,
        message:
          `${ISOLATE_KEY}: kernel ${this.#kernel} has no isolate ${JSON.stringify(isolate)}` +
          `${didYouMean(isolate, this.#names())}; it has ${listed(this.#names())}`,
      };
    }
    if (OPEN_SERVICES.has(service)) return { isolate, scopes: [] };
    const isOperating = service === HOST_SERVICE && !CALLS_OF_HOST_SERVICE.has(path.slice(path.lastIndexOf("/") + 1));
    if (isOperating) return { isolate, scopes: ["operate"] };
    return { isolate, scopes: [`call:${isolate}`, ...(service === HOST_SERVICE ? [] : [`call:${service}` as const])] };
  }

  #whichIsolate(what: string, isolates: readonly string[]): Refusal {
    return {
      code: GrpcStatus.FAILED_PRECONDITION,
      message: `${what}: pick one by the metadata ${ISOLATE_KEY}: ${isolates.slice(0, 20).join(" or ")}`,
    };
  }

  #unknownService(service: string): Refusal {
    const known = [...this.#owners.keys(), ...this.#local];
    return {
      code: GrpcStatus.UNIMPLEMENTED,
      message:
        `kernel ${this.#kernel} has no service ${JSON.stringify(service.slice(0, 200))}` +
        `${didYouMean(service, known)}; it has ${listed(known.sort())}`,
    };
  }

  #names(): string[] {
    return [...this.#isolates.keys()];
  }

  #refresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#idempotency.clear();
    const isolates = this.#routes.isolates();
    const owners = new Map<string, string[]>();
    for (const { name, services } of isolates) {
      for (const service of new Set(services)) owners.set(service, [...(owners.get(service) ?? []), name]);
    }
    this.#isolates = new Map(isolates.map((isolate) => [isolate.name, isolate]));
    this.#owners = owners;
  }
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, 20);
  return names.length > shown.length ? `${shown.join(", ")} and ${names.length - shown.length} more` : shown.join(", ");
}
