import { DiagnosticsFolder } from "../limits/index.js";
import { type Confinement, InnerFolder } from "../sandbox/index.js";

/**
 * What Node.js writes about the end of one process. In a sandbox that lies in the sandbox's own memory, which is bounded,
 * and would go with it.
 */
export class GenerationDiagnostics {
  readonly folder: DiagnosticsFolder;
  readonly #sandbox: Confinement["sandbox"];
  #inner: InnerFolder | undefined;

  constructor(sandbox: Confinement["sandbox"], ...folder: ConstructorParameters<typeof DiagnosticsFolder>) {
    this.#sandbox = sandbox;
    this.folder = new DiagnosticsFolder(...folder);
  }

  /** Holds what is in the sandbox, so that it can be read at the end. */
  async hold(innerPid: number | undefined): Promise<void> {
    if (this.#sandbox === undefined || innerPid === undefined) return;
    this.#inner = await InnerFolder.open(innerPid, this.folder.path);
  }

  /** What the process has written, where it stays. Call it once the process has ended. */
  async collect(): Promise<readonly string[]> {
    const mostBytes = this.#sandbox?.tmpSize ?? Number.POSITIVE_INFINITY;
    await this.#inner?.copyOut(this.folder.path, mostBytes).catch(() => {});
    await this.#inner?.close();
    return this.folder.collect();
  }

  /** Removes what is still left. Call it once nothing of the process is left. Never rejects. */
  close(): Promise<void> {
    return this.folder.close();
  }
}
