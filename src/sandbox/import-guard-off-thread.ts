import module from "node:module";
import type { MessagePort } from "node:worker_threads";
import { IsolationError } from "../errors/index.js";
import type { ImportGuard } from "./import-guard.js";
import { ExpectedDigests, fileUrlsOf, loadedUnchecked, otherBytes, wasRequiredUnchecked } from "./module-digest.js";
import { guardRequire } from "./require-guard.js";

/** Runs in Node's thread for hooks: reads, hashes, reports, and hands on what it has hashed. */
const HOOKS = `
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { receiveMessageOnPort } from "node:worker_threads";
const expected = new Map();
let port;
export function initialize(data) {
  port = data.port;
}
function real(url) {
  try {
    return pathToFileURL(realpathSync(fileURLToPath(url.replace(/[?#].*$/s, "")))).href;
  } catch {
    return url;
  }
}
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  for (let next; (next = receiveMessageOnPort(port)); ) expected.set(next.message.file, next.message.sha256);
  const sha256 = expected.get(url.replace(/[?#].*$/s, "")) ?? expected.get(real(url));
  if (sha256 === undefined) return loaded;
  const source = loaded.source instanceof Uint8Array ? loaded.source : await readFile(new URL(url));
  const found = createHash("sha256").update(source).digest("hex");
  port.postMessage({ url, found });
  if (found !== sha256) throw new Error("integrity asks for other bytes of " + url);
  return { ...loaded, source };
}
`;

/** The guard for Node before 22.15, whose hooks run in a thread of their own. */
export function createOffThreadImportGuard(): ImportGuard {
  return new OffThreadImportGuard();
}

class OffThreadImportGuard implements ImportGuard {
  readonly #expected = new ExpectedDigests();
  /** The digests of what Node was about to run. */
  readonly #found = new Map<string, string>();
  #port: MessagePort | undefined;

  expect(url: string, sha256: string): void {
    if (this.#port === undefined) {
      this.#port = registerHooks(url);
      guardRequire(this.#expected, (file, found) => this.#found.set(file, found));
    }
    this.#expected.add(url, sha256);
    for (const file of fileUrlsOf(url)) this.#port.postMessage({ file, sha256 });
  }

  async import<T>(url: string, load: (url: string) => Promise<T>): Promise<T> {
    this.#readFound();
    if (wasRequiredUnchecked(url, this.#found.keys())) throw loadedUnchecked(url);
    const outcome = await load(url).then(
      (namespace) => ({ namespace }),
      (error: unknown) => ({ error }),
    );
    this.#readFound();
    const found = this.#found.get(url);
    const sha256 = this.#expected.of(url) ?? "";
    if (found !== undefined && found !== sha256) throw otherBytes(url, found, sha256);
    if ("error" in outcome) throw outcome.error;
    if (found === undefined) throw loadedUnchecked(url);
    return outcome.namespace;
  }

  #readFound(): void {
    if (this.#port === undefined) return;
    const { receiveMessageOnPort } = process.getBuiltinModule("node:worker_threads");
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      const { url, found } = (next as { message: { url: string; found: string } }).message;
      this.#found.set(url, found);
    }
  }
}

function registerHooks(url: string): MessagePort {
  const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
  const { port1, port2: port } = new MessageChannel();
  try {
    module.register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: { port }, transferList: [port] });
  } catch (cause) {
    const message = `integrity of ${url} cannot be checked by Node ${process.version} without permissions.worker`;
    throw new IsolationError("MODULE_FAILED", message, { cause });
  }
  port1.unref();
  return port1;
}
