import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, request } from "node:http";
import type { Socket } from "node:net";

/** What the inspector lists of a target. */
export interface Target {
  readonly title: string;
  readonly webSocketDebuggerUrl: string;
}

/** The targets behind the port of an inspector's URL. */
export async function targetsOf(url: string): Promise<Target[]> {
  const response = get(`http://${new URL(url).host}/json/list`);
  const [message] = await once(response, "response");
  return JSON.parse((await message.setEncoding("utf8").toArray()).join(""));
}

type Event = { readonly method: string; readonly params: Record<string, never> };

/** A client of the DevTools protocol over a WebSocket, as far as a debugger needs one. */
export class DevtoolsClient {
  readonly #socket: Socket;
  readonly #answers = new Map<number, (result: Record<string, unknown>) => void>();
  readonly #events: Event[] = [];
  #onEvent: (() => void) | undefined;
  #ids = 0;
  #unread = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk) => this.#read(Buffer.concat([this.#unread, chunk])));
  }

  static async connect(url: string): Promise<DevtoolsClient> {
    const { host, pathname } = new URL(url);
    const headers = {
      ...{ Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" },
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    };
    const upgrade = request(`http://${host}${pathname}`, { headers });
    upgrade.end();
    const [, socket, head] = await once(upgrade, "upgrade");
    const client = new DevtoolsClient(socket);
    client.#read(head);
    return client;
  }

  /** Sends a command; resolves with its result. */
  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#ids += 1;
    const id = this.#ids;
    this.#write(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  /** The next event of this name; those before it are dropped. */
  async event(method: string): Promise<Record<string, never>> {
    for (;;) {
      const event = this.#events.shift();
      if (event?.method === method) return event.params;
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          this.#onEvent = resolve;
        });
      }
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** A masked text frame. */
  #write(text: string): void {
    const body = Buffer.from(text);
    const mask = randomBytes(4);
    const head =
      body.length < 126
        ? Buffer.from([0x81, 0x80 | body.length])
        : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 255]);
    this.#socket.write(Buffer.concat([head, mask, body.map((byte, index) => byte ^ (mask[index % 4] as number))]));
  }

  #read(bytes: Buffer): void {
    let rest = bytes;
    for (;;) {
      const short = (rest[1] ?? 0) & 0x7f;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (rest.length < start) break;
      const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
      if (rest.length < start + length) break;
      if ((rest[0] as number) === 0x81) this.#take(JSON.parse(rest.toString("utf8", start, start + length)));
      rest = rest.subarray(start + length);
    }
    this.#unread = Buffer.from(rest);
  }

  #take(message: { id?: number; result?: Record<string, unknown> } & Partial<Event>): void {
    if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message.result ?? {});
      this.#answers.delete(message.id);
      return;
    }
    this.#events.push(message as Event);
    this.#onEvent?.();
  }
}
