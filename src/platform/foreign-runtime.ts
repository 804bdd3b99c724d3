/** A program that runs JavaScript and is no Node.js that runs the script it is given. */
export interface ForeignRuntime {
  /** In words, after "this host is": "Bun 1.3.0", "a single executable application". */
  readonly description: string;
  /** The variable that makes a Node.js of it, with the value 1. */
  readonly nodeSwitch?: string | undefined;
}

/** What tells them apart, of the process and of the global object. */
export interface RuntimeSigns {
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the main script is part of the program itself. */
  readonly isSingleExecutable: () => boolean;
}

const OTHERS: readonly (readonly [version: string, name: string])[] = [
  ["bun", "Bun"],
  ["deno", "Deno"],
  ["nw", "NW.js"],
];

const ELECTRON_SWITCH = "ELECTRON_RUN_AS_NODE";

/** Taken at load: user code may replace it. */
const ownSigns: RuntimeSigns = {
  versions: process.versions,
  // Deno asks its user for each variable that is read.
  get env() {
    return process.env;
  },
  isSingleExecutable,
};

/**
 * What this process runs on, if that is not plain Node.js: to start its `process.execPath` with a script would start the
 * application, or something that is no Node.js, once more.
 */
export function foreignRuntime(signs: RuntimeSigns = ownSigns): ForeignRuntime | undefined {
  const { versions } = signs;
  for (const [version, name] of OTHERS) {
    if (versions[version] !== undefined) return { description: `${name} ${versions[version]}` };
  }
  if (versions.electron !== undefined) {
    return { description: `Electron ${versions.electron}`, nodeSwitch: ELECTRON_SWITCH };
  }
  return signs.isSingleExecutable() ? { description: "a single executable application" } : undefined;
}

/** The same, but for a program that was told to be a Node.js, and is one. */
export function foreignProcess(signs: RuntimeSigns = ownSigns): ForeignRuntime | undefined {
  const runtime = foreignRuntime(signs);
  return runtime?.nodeSwitch !== undefined && signs.env[runtime.nodeSwitch] ? undefined : runtime;
}

/** By Node.js itself, or by the packers that came before (pkg, nexe). */
function isSingleExecutable(): boolean {
  const { getBuiltinModule, pkg, __nexe } = process as Partial<typeof process> & { pkg?: unknown; __nexe?: unknown };
  if (pkg !== undefined || __nexe !== undefined) return true;
  const sea = getBuiltinModule?.("node:sea") as { isSea?(): boolean } | undefined;
  return sea?.isSea?.() === true;
}
