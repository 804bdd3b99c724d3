import type { ResolvedManifest } from "../manifest/index.js";

/** That one isolate may call another, or the host. */
export interface Edge {
  readonly from: string;
  /** The name of an isolate, or `host`. */
  readonly to: string;
  /** What of it: exports, a gRPC service, a part of the host; empty for everything. */
  readonly label: string;
  /** Whether the start does not wait for it. */
  readonly lazy: boolean;
}

/** All that the manifest grants, in the order of the start. */
export function edgesOf({ isolates }: ResolvedManifest): readonly Edge[] {
  const providers = providersOf(isolates);
  return [...isolates.values()].flatMap(({ name, uses }) =>
    [...uses].flatMap(([target, { exports, lazy }]) => {
      const names = exports === "*" ? "" : exports.map(quoted).join(", ") || "nothing";
      if (isolates.has(target)) return [{ from: name, to: target, label: names, lazy }];
      if (target === "host" || target.startsWith("host.")) {
        const part = target.slice("host.".length);
        return [{ from: name, to: "host", label: [part, names].filter(Boolean).join(": "), lazy }];
      }
      const label = [target, names].filter(Boolean).join(": ");
      const others = (providers.get(target) ?? []).filter((one) => one !== name);
      return others.map((one) => ({ from: name, to: one, label, lazy }));
    }),
  );
}

/** The edges that leave each name, or that lead to it, in their order. */
export function edgesBy(end: "from" | "to", edges: readonly Edge[]): ReadonlyMap<string, readonly Edge[]> {
  const grouped = new Map<string, Edge[]>();
  for (const edge of edges) addTo(grouped, edge[end], edge);
  return grouped;
}

/** The isolates that serve each gRPC service. */
export function providersOf(isolates: ResolvedManifest["isolates"]): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, string[]>();
  for (const { name, grpc } of isolates.values()) {
    for (const service of new Set(grpc?.services)) addTo(providers, service, name);
  }
  return providers;
}

function addTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** A text of the user's in one line, which a terminal only shows. */
export function quoted(text: string): string {
  return /^[\w$.*-]+$/.test(text)
    ? text
    : JSON.stringify(text).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
