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
  return [...isolates.values()].flatMap(({ name, uses }) =>
    [...uses].flatMap(([target, { exports, lazy }]) => {
      const names = exports === "*" ? "" : exports.map(quoted).join(", ") || "nothing";
      if (isolates.has(target)) return [{ from: name, to: target, label: names, lazy }];
      if (target === "host" || target.startsWith("host.")) {
        const part = target.slice("host.".length);
        return [{ from: name, to: "host", label: [part, names].filter(Boolean).join(": "), lazy }];
      }
      const providers = [...isolates.values()].filter(({ grpc }) => grpc?.services.includes(target));
      const label = [target, names].filter(Boolean).join(": ");
      return providers.filter((one) => one.name !== name).map((one) => ({ from: name, to: one.name, label, lazy }));
    }),
  );
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
