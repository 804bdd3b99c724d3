/**
 * The module names by which a process calls, in its Session, what the host lets it use: another isolate, or functions of the
 * host. The colon keeps them apart from every path and package name. Calls by the second may be run again when what they
 * call dies meanwhile.
 */
const USE = "use:";
const USE_IDEMPOTENT = "use-idempotent:";

/** What a process wants to use. */
export interface UsedModule {
  readonly target: string;
  readonly idempotent: boolean;
}

/** The module name for it. */
export function usedModuleName({ target, idempotent }: UsedModule): string {
  return `${idempotent ? USE_IDEMPOTENT : USE}${target}`;
}

/** What a module name is for; `undefined` where it is none of these. */
export function parseUsedModule(module: string): UsedModule | undefined {
  if (module.startsWith(USE)) return { target: module.slice(USE.length), idempotent: false };
  if (module.startsWith(USE_IDEMPOTENT)) return { target: module.slice(USE_IDEMPOTENT.length), idempotent: true };
  return undefined;
}
