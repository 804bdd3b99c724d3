import { IsolationError } from "../src/errors/index.js";
import type { Listener } from "./listener.js";
import type { Pihost } from "./pihost.js";
import type { LoadModule, ServedServices, ServiceServer } from "./services/index.js";

/** The services that a module of this process implements, once the host has asked for them. */
export class ServiceHost {
  readonly #pihost: Pihost;
  readonly #load: LoadModule;
  #server: ServiceServer | undefined;

  constructor(pihost: Pihost, load: LoadModule) {
    this.#pihost = pihost;
    this.#load = load;
  }

  /**
   * Serves them to connections from now on. A request that fails may be made again, another one may not.
   *
   * @param folder where relative paths are resolved
   */
  async serve(listener: Listener | undefined, request: unknown, folder: string): Promise<ServedServices> {
    if (listener === undefined) throw new IsolationError("INVALID_OPTION", "serve: the process has no socket");
    if (this.#server !== undefined) throw new IsolationError("INVALID_OPTION", "serve: the process serves already");
    // Most processes never serve any.
    const { createServices } = require("./services/index.js") as typeof import("./services/index.js");
    const { server, served } = await createServices(this.#pihost, request, folder, this.#load);
    this.#server = server;
    listener.use(server);
    return served;
  }

  /** Resolves when no call has anything left to send. */
  flushed(): Promise<void> {
    return this.#server?.flushed() ?? Promise.resolve();
  }
}
