import module from "node:module";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { IsolationError } from "../errors/index.js";
import { compareDigest, type Integrity, loadedUnchecked } from "./integrity.js";

/** Runs in Node's thread for hooks: reads, hashes, reports, and hands on what it has hashed. */
const HOOKS = `
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
let guarded;
export function initialize(data) {
  guarded = data;
}
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (url !== guarded.url) return loaded;
  const source = loaded.source instanceof Uint8Array ? loaded.source : await readFile(new URL(url));
  const digest = createHash("sha256").update(source).digest("hex");
  guarded.port.postMessage(digest);
  if (digest !== guarded.sha256) throw new Error("other bytes than integrity asks for");
  return { ...loaded, source };
}
`;

/** `importChecked` for Node before 22.15, whose hooks run in a thread of their own. */
export async function importCheckedOffThread<T>(
  url: string,
  { sha256 }: Integrity,
  load: (url: string) => Promise<T>,
): Promise<T> {
  const { port1: ours, port2: port } = new MessageChannel();
  try {
    register({ url, sha256, port });
    const outcome = await load(url).then(
      (namespace) => ({ namespace }),
      (error: unknown) => ({ error }),
    );
    const digest = (receiveMessageOnPort(ours) as { message: string } | undefined)?.message;
    if (digest !== undefined) compareDigest(url, digest, { sha256 });
    if ("error" in outcome) throw outcome.error;
    if (digest === undefined) throw loadedUnchecked(url);
    return outcome.namespace;
  } finally {
    ours.close();
  }
}

function register(data: { readonly url: string; readonly sha256: string; readonly port: unknown }): void {
  const hooks = `data:text/javascript,${encodeURIComponent(HOOKS)}`;
  try {
    module.register(hooks, { data, transferList: [data.port] });
  } catch (cause) {
    const message = `integrity of ${data.url} cannot be checked by Node ${process.version} without permissions.worker`;
    throw new IsolationError("MODULE_FAILED", message, { cause });
  }
}
