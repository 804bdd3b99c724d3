import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { Grant, ResolvedIsolate, ResolvedManifest } from "../manifest/index.js";
import type { TreeNode } from "../tree/index.js";
import { providersOf, quoted } from "./edges.js";
import { type Branch, textTree } from "./text-tree.js";

/** What a kernel of this manifest would do, for people: who starts when, who may call whom, who is restarted with whom. */
export function describePlan(manifest: ResolvedManifest): string {
  const { name, isolates, layers, file } = manifest;
  const from = file === undefined ? "" : `, from ${file}`;
  const title = `${name}: ${counted(isolates.size, "isolate")} in ${counted(layers.length, "layer")}${from}`;
  return [
    title,
    section(
      "start",
      layers.map((layer, index) => `${index + 1}. ${layer.join(", ")}`),
    ),
    section(
      "isolates",
      [...isolates.values()].flatMap((isolate) => isolateLines(isolate, manifest)),
    ),
    section("supervision", supervisionLines(manifest)),
    section("front door", frontDoorLines(manifest)),
  ].join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join("\n");
}

function isolateLines(isolate: ResolvedIsolate, { folder }: ResolvedManifest): string[] {
  const { name, module, uses, grpc, instances, options, data } = isolate;
  const { name: _, from: __, ...others } = options;
  const settings = Object.entries({
    ...(instances === undefined ? {} : { instances }),
    ...others,
    ...(Object.keys(data).length === 0 ? {} : { data: Object.keys(data) }),
  });
  return [
    `${name}  ${shownModule(module, folder)}`,
    ...[...uses].map(([target, grant]) => `  uses ${quoted(target)}: ${shownGrant(grant)}`),
    ...(grpc?.services ?? []).map((service) => `  serves ${service}`),
    ...settings.map(([option, value]) => `  ${option}: ${shownValue(option, value)}`),
  ];
}

function shownGrant({ exports, lazy, handOn }: Grant): string {
  const names = exports === "*" ? "everything" : exports.map(quoted).join(", ") || "nothing";
  return [names, ...(lazy ? ["lazy"] : []), ...(handOn ? ["may hand it on"] : [])].join("; ");
}

function shownModule(module: string, folder: string): string {
  if (!module.startsWith("file:")) return quoted(module);
  const path = relative(folder, fileURLToPath(module)).replaceAll("\\", "/");
  return quoted(path.startsWith(".") ? path : `./${path}`).replace(/^"(.*)"$/, "$1");
}

/** Of the environment the names alone: a value may be a secret, and a plan ends up in logs. */
function shownValue(option: string, value: unknown): string {
  if (option === "env") return Object.keys(Object(value)).map(quoted).join(", ") || "nothing";
  const plain: unknown = typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : value;
  return inspect(plain, { depth: 4, breakLength: Number.POSITIVE_INFINITY }).replace("[Object: null prototype] ", "");
}

function supervisionLines({ tree, onExhausted, isolates }: ResolvedManifest): string[] {
  const branch = (node: TreeNode): Branch => {
    if (node.kind === "isolate") {
      const facts = [node.restart, ...(node.essential ? [] : ["not essential"])].filter((fact) => fact !== "permanent");
      return { text: node.name + (facts.length === 0 ? "" : ` (${facts.join(", ")})`), children: [] };
    }
    const { name, strategy, maxRestarts, withinMs, children } = node;
    const text = `${name}: ${strategy}, ${counted(maxRestarts, "restart")} within ${withinMs} ms`;
    return { text, children: children.map(branch) };
  };
  const shared = [...providersOf(isolates)]
    .filter(([, names]) => names.length > 1)
    .map(([service, names]) => `${service} is served by ${names.join(" and ")}: x-pihost-isolate picks one`);
  const end = onExhausted === "stop" ? "the kernel stops" : "the kernel ends the host process";
  return [...textTree(branch(tree)).split("\n"), `when ${tree.name} is exhausted: ${end}`, ...shared];
}

function frontDoorLines({ socket, listen, auth }: ResolvedManifest): string[] {
  const tcp =
    listen === undefined
      ? []
      : [`tcp: ${listen.host}:${listen.port}${listen.tls === undefined ? ", by token alone" : ", with TLS"}`];
  const who = auth === "token" ? "a token is needed" : "a token, or the kernel's own user on the socket";
  return [`socket: ${socket ?? "in a private folder"}`, ...tcp, `access: ${who}`];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
