/** Whether a debugger may attach to a process: not at all; at any time; or it waits for one before it loads the first module. */
export type Inspection = "off" | "open" | "wait";

/** What Node.js was started with: of these, some wait for a debugger. */
const FLAG = /^--inspect(-brk|-wait)?(?:=|$)/;

/** How this process itself was told to be inspected, by its flags, by NODE_OPTIONS, or by `inspector.open()` since. */
export function hostInspection(): Inspection {
  const flags = [...process.execArgv, ...words(process.env.NODE_OPTIONS)];
  const found = flags.flatMap((flag) => FLAG.exec(flag) ?? []);
  if (found.some((part) => part === "-brk" || part === "-wait")) return "wait";
  if (found.length > 0) return "open";
  return inspectorUrl() === undefined ? "off" : "open";
}

/** NODE_OPTIONS for another process without what would have it open the inspector of this one. */
export function withoutInspection(options: string | undefined): string | undefined {
  if (options === undefined || !options.includes("--inspect")) return options;
  return words(options)
    .filter((word) => !/^--inspect(-brk|-wait|-port)?(?:=|$)/.test(word))
    .join(" ");
}

function words(options = ""): string[] {
  return options.split(/\s+/).filter((word) => word !== "");
}

function inspectorUrl(): string | undefined {
  // Node.js can be built without.
  if (!process.features.inspector) return undefined;
  return process.getBuiltinModule("node:inspector").url();
}
