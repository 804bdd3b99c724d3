import { once } from "node:events";
import type { Server } from "node:net";
import { GrpcStatus } from "../../grpc/index.js";
import { DOOR_TIMES, type DoorTimes } from "./bounds.js";
import { DoorClients } from "./door-clients.js";
import { DoorFacts } from "./door-facts.js";
import { GoneWatch } from "./gone-watch.js";
import { healthMethods } from "./health.js";
import { KeptTotal } from "./kept-request.js";
import { LocalServices } from "./local-services.js";
import { reflectionMethods } from "./reflection/reflection.js";
import { RouteTable } from "./route-table.js";
import type { LocalService, Routes } from "./routes.js";
import { type ListenAddress, listenOnTcp } from "./tcp-listener.js";
import type { Tokens } from "./tokens.js";
import { listenOnSocket } from "./unix-listener.js";

export interface FrontDoorOptions {
  /** The kernel's name, for messages. */
  readonly kernel: string;
  /** The path of the socket; undefined for one in the host's private folder. */
  readonly socket: string | undefined;
  readonly listen?: ListenAddress | undefined;
  /**
   * `user`: no token is wanted on the socket, which only the kernel's own user (and root) can open. That is every process of
   * this user: an isolate too, unless it is sandboxed or has no permission to connect. On TCP, a token is always wanted.
   */
  readonly auth: "token" | "user";
  readonly tokens: Tokens;
  readonly routes: Routes;
  readonly local: readonly LocalService[];
  readonly times?: DoorTimes;
}

export interface FrontDoor {
  /** The path of the socket. */
  readonly socket: string;
  /** The address on which it listens by TCP. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** Takes no more requests; those that run go on. */
  drain(): void;
  /** Drains, and ends what runs after `graceMs` milliseconds. */
  close(graceMs: number): Promise<void>;
}

/**
 * Opens the front door of a kernel.
 *
 * @throws IsolationError INVALID_OPTION for a socket, address or certificate that cannot be used
 */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const door = new Door(options);
  try {
    await door.open();
  } catch (error) {
    await door.close(0);
    throw error;
  }
  return door;
}

class Door implements FrontDoor {
  socket = "";
  address: { readonly host: string; readonly port: number } | undefined;
  readonly #options: FrontDoorOptions;
  readonly #times: DoorTimes;
  readonly #facts: DoorFacts;
  readonly #servers: { readonly server: Server; close(): unknown }[] = [];
  readonly #clients: DoorClients;
  readonly #stops: (() => void)[];
  readonly #looking: NodeJS.Timeout;
  #closed: Promise<void> | undefined;

  constructor(options: FrontDoorOptions) {
    const { kernel, routes, tokens, local, times = DOOR_TIMES } = options;
    this.#options = options;
    this.#times = times;
    const table = new RouteTable(kernel, routes, local);
    const facts = new DoorFacts(table, routes, local);
    this.#facts = facts;
    const own = [...healthMethods(facts), ...reflectionMethods(facts), ...local.flatMap(({ methods }) => methods)];
    let services: LocalServices | undefined;
    const connectLocal = (): ReturnType<LocalServices["connect"]> => {
      services ??= new LocalServices(own);
      return services.connect();
    };
    const context = { table, routes, tokens, times, kept: new KeptTotal(), gone: new GoneWatch(), connectLocal };
    this.#clients = new DoorClients(context);
    const message = "the request's token was revoked, or has expired";
    this.#stops = [
      routes.onChange(() => {
        table.invalidate();
        facts.changed();
      }),
      tokens.onEnd((id) => this.#clients.cut({ code: GrpcStatus.UNAUTHENTICATED, message }, id)),
    ];
    this.#looking = setInterval(() => this.#clients.look(), times.lookMs).unref();
  }

  async open(): Promise<void> {
    const { socket, listen, auth } = this.#options;
    const unix = await listenOnSocket(socket, (client) => this.#clients.accept(client, auth === "user"));
    this.#servers.push(unix);
    this.socket = unix.path;
    if (listen === undefined) return;
    const tcp = await listenOnTcp(listen, this.#times.greetingMs, (client) => this.#clients.accept(client, false));
    this.#servers.push({ server: tcp.server, close: () => tcp.server.close() });
    this.address = tcp.address;
  }

  drain(): void {
    this.#clients.drain();
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    const listening = this.#servers.map(({ server }) => once(server, "close"));
    for (const server of this.#servers) server.close();
    this.#facts.close();
    this.drain();
    await this.#clients.empty(graceMs);
    this.#clients.cut({ code: GrpcStatus.UNAVAILABLE, message: `kernel ${this.#options.kernel} ends` });
    await this.#clients.empty(Math.min(graceMs, LAST_WORDS_MS));
    this.#clients.destroy();
    await Promise.all(listening);
    for (const stop of this.#stops) stop();
    clearInterval(this.#looking);
  }
}

/** Until clients have read how their requests end, in milliseconds. */
const LAST_WORDS_MS = 500;
