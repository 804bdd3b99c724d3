import { dirname } from "node:path";

/** One thing that is visible in a sandbox, at the path that it has outside. */
export type Mount =
  | {
      /** `optional` is `readable` where it exists. */
      readonly kind: "readable" | "optional" | "writable" | "processes" | "devices";
      readonly path: string;
    }
  | {
      /** An empty folder in memory. */
      readonly kind: "private";
      readonly path: string;
      /** The most bytes that it holds; half of the machine's memory where there is no bound. */
      readonly size?: number | undefined;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

const FLAGS = {
  readable: "--ro-bind",
  optional: "--ro-bind-try",
  writable: "--bind",
  private: "--tmpfs",
  processes: "--proc",
  devices: "--dev",
} as const;

/**
 * The mounts as arguments of `bwrap`, which carries them out one after the other: what lies inside of another comes after
 * it, else it would be covered. Of two at one path the later one holds.
 */
export function mountArguments(mounts: readonly Mount[]): string[] {
  const byPath = new Map<string, Mount>();
  for (const mount of mounts) byPath.set(mount.path, mount);
  return [...byPath.values()]
    .filter((mount) => !isThereAlready(mount, byPath))
    .sort((a, b) => depth(a.path) - depth(b.path))
    .flatMap(toArguments);
}

/** Whether what it is in shows it already: there `bwrap` could not even make the place to mount it on. */
function isThereAlready({ kind, path }: Mount, byPath: ReadonlyMap<string, Mount>): boolean {
  if (kind !== "readable" && kind !== "optional" && kind !== "link") return false;
  return enclosing(path, byPath)?.kind === "readable";
}

function enclosing(path: string, byPath: ReadonlyMap<string, Mount>): Mount | undefined {
  const parent = dirname(path);
  return parent === path ? undefined : (byPath.get(parent) ?? enclosing(parent, byPath));
}

function toArguments(mount: Mount): string[] {
  if (mount.kind === "link") return ["--symlink", mount.target, mount.path];
  if (mount.kind === "private") {
    return [...(mount.size === undefined ? [] : ["--size", `${mount.size}`]), FLAGS.private, mount.path];
  }
  const flag = FLAGS[mount.kind];
  const hasSource = flag.includes("bind");
  return hasSource ? [flag, mount.path, mount.path] : [flag, mount.path];
}

function depth(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
