/** Appends a record. */
export type Ledger = (about: string, fields: Record<string, unknown>) => void;
/** All that a ledger holds. */
export interface Episode {
  readonly calls: readonly unknown[];
}
/** How the life of one host ended, as seen from outside. */
export interface HostEnd {
  readonly ending: string;
  readonly exit: string;
  readonly stderr: string;
  readonly goneAfterMs: number;
  readonly left: readonly string[];
}
export interface RunDirectory {
  readonly path: string;
  readonly environment: { readonly TMPDIR: string; readonly XDG_RUNTIME_DIR: string };
  readonly hosts: Set<number>;
  leftovers(): string[];
  remove(): void;
}
export declare function openLedger(path: string): Ledger;
export declare function readLedger(path: string): Episode;
export declare function judgeEpisode(story: Episode, end: HostEnd): string[];
export declare function expectAnswer(received: unknown, expected: unknown): void;
export declare function recordCall(
  ledger: Ledger,
  call: { key: string; kind: string; isolate: string },
  make: () => Promise<Record<string, unknown>>,
): Promise<boolean>;
export declare function awaitNothingLeft(host: {
  readonly mark: string;
  readonly known: readonly never[];
  readonly files: () => string[];
}): Promise<{ goneAfterMs: number; left: string[] }>;
export declare function createRunDirectory(): RunDirectory;
