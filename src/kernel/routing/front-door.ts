import type { LocalService, Routes } from "./routes.js";
import type { Tokens } from "./tokens.js";

/** A TCP address to listen on beside the socket. */
export interface ListenAddress {
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
  /** Certificate and key, as PEM or as paths of PEM files; with `ca`, clients need a certificate of that authority. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
}

export interface FrontDoorOptions {
  /** The kernel's name, for messages. */
  readonly kernel: string;
  /** The path of the socket; undefined for one in a private folder. */
  readonly socket: string | undefined;
  readonly listen?: ListenAddress | undefined;
  /** `user`: no token is wanted on the socket, which only the user of the kernel can reach. On TCP one always is. */
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
  /** Takes no more requests; ends those that run after `graceMs` milliseconds. */
  close(graceMs: number): Promise<void>;
}

/** Opens the front door of a kernel. */
export function openFrontDoor(_options: FrontDoorOptions): Promise<FrontDoor> {
  return Promise.reject(new Error("not there yet"));
}
