import type { Socket } from "node:net";
import { CONNECTIONS_AT_MOST } from "./bounds.js";
import { ClientConnection, type DoorContext } from "./client-connection.js";
import { HeldTotal } from "./held-bytes.js";
import type { Refusal } from "./status-fields.js";

/** All clients of a front door. None of them may take what the others need. */
export class DoorClients {
  readonly #context: DoorContext;
  readonly #held = new HeldTotal(() => this.#relieve());
  /** In the order in which they came. */
  readonly #clients = new Set<ClientConnection>();
  #onEmpty = (): void => {};
  #isDraining = false;

  constructor(context: Omit<DoorContext, "held">) {
    this.#context = { ...context, held: this.#held };
  }

  /** @param isUser no token is wanted of it */
  accept(socket: Socket, isUser: boolean): void {
    if (this.#clients.size >= CONNECTIONS_AT_MOST) this.#evictStranger();
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

  /** Takes no more of them, and no more requests. */
  drain(): void {
    this.#isDraining = true;
    for (const client of [...this.#clients]) client.drain();
  }

  /** Ends their requests: those of one token, or all. */
  cut(refusal: Refusal, tokenId?: string): void {
    for (const client of [...this.#clients]) client.cut(refusal, tokenId);
  }

  look(): void {
    for (const client of [...this.#clients]) client.look();
  }

  destroy(): void {
    for (const client of [...this.#clients]) client.connection.destroy();
  }

  /** Waits until none is left, at most so many milliseconds. */
  empty(ms: number): Promise<void> {
    if (this.#clients.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Who has waited longest and shown no token makes room for who may have one. */
  #evictStranger(): void {
    for (const client of this.#clients) {
      if (client.isKnown) continue;
      client.giveWay("the kernel has too many connections");
      return;
    }
  }

  /** Too much waits: the client that most of it is of ends. */
  #relieve(): void {
    while (this.#held.isTooMuch) {
      let most: ClientConnection | undefined;
      for (const client of this.#clients) if (client.held.bytes > (most?.held.bytes ?? 0)) most = client;
      if (most === undefined) return;
      most.giveWay(`${most.held.bytes} bytes wait for this client or of it, the most of what the kernel may hold`);
    }
  }
}
