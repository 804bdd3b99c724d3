import type { Server, Socket } from "node:net";
import { GrpcStatus } from "../../grpc/index.js";
import { CONNECTIONS_AT_MOST, LOOK_MS } from "./bounds.js";
import { ClientConnection, type DoorContext } from "./client-connection.js";
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
  readonly #context: DoorContext;
  readonly #facts: DoorFacts;
  readonly #servers: Server[] = [];
  readonly #clients = new Set<ClientConnection>();
  readonly #stops: (() => void)[];
  readonly #looking: NodeJS.Timeout;
  #isDraining = false;
  #closed: Promise<void> | undefined;
  #onEmpty = (): void => {};

  constructor(options: FrontDoorOptions) {
    const { kernel, routes, tokens, local } = options;
    this.#options = options;
    const table = new RouteTable(kernel, routes, local);
    const facts = new DoorFacts(table, routes, local);
    this.#facts = facts;
    const own = [...healthMethods(facts), ...reflectionMethods(facts), ...local.flatMap(({ methods }) => methods)];
    let services: LocalServices | undefined;
    const connectLocal = (): ReturnType<LocalServices["connect"]> => {
      services ??= new LocalServices(own);
      return services.connect();
    };
    this.#context = { table, routes, tokens, kept: new KeptTotal(), gone: new GoneWatch(), connectLocal };
    this.#stops = [
      routes.onChange(() => {
        table.invalidate();
        facts.changed();
      }),
      tokens.onEnd((id) => this.#tokenEnded(id)),
    ];
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  async open(): Promise<void> {
    const { socket, listen, auth } = this.#options;
    const unix = await listenOnSocket(socket, (client) => this.#accept(client, auth === "user"));
    this.#servers.push(unix.server);
    this.socket = unix.path;
    if (listen === undefined) return;
    const tcp = await listenOnTcp(listen, (client) => this.#accept(client, false));
    this.#servers.push(tcp.server);
    this.address = tcp.address;
  }

  drain(): void {
    this.#isDraining = true;
    for (const client of [...this.#clients]) client.drain();
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    const listening = this.#servers.map((server) => new Promise<void>((done) => server.close(() => done())));
    this.#facts.close();
    this.drain();
    await this.#empty(graceMs);
    for (const client of [...this.#clients])
      client.cut({ code: GrpcStatus.UNAVAILABLE, message: `kernel ${this.#options.kernel} ends` });
    // Until a client has read how its requests end.
    await this.#empty(Math.min(graceMs, FAREWELL_MS));
    for (const client of [...this.#clients]) client.connection.destroy();
    await Promise.all(listening);
    for (const stop of this.#stops) stop();
    clearInterval(this.#looking);
  }

  /** Waits until no client is left, at most so long. */
  #empty(ms: number): Promise<void> {
    if (this.#clients.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #accept(socket: Socket, isUser: boolean): void {
    if (this.#isDraining || this.#clients.size >= CONNECTIONS_AT_MOST) {
      socket.destroy();
      return;
    }
    const client: ClientConnection = new ClientConnection(socket, this.#context, isUser, () => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#onEmpty();
    });
    this.#clients.add(client);
  }

  #tokenEnded(id: string): void {
    const message = "the request's token was revoked, or has expired";
    for (const client of [...this.#clients]) client.cut({ code: GrpcStatus.UNAUTHENTICATED, message }, id);
  }

  #look(): void {
    for (const client of [...this.#clients]) client.look();
  }
}

const FAREWELL_MS = 500;
