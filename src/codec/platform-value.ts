import type { BlockList, SocketAddress } from "node:net";
import { listOf, recordOf, textOf } from "./nodes.js";
import { platformClassIn } from "./platform-class.js";

/** An object of Node.js as what it can be made of again. */
export interface PlatformValue {
  readonly kind: "BlockList" | "SocketAddress";
  /** Plain: arrays, objects, strings and numbers. */
  readonly content: unknown;
}

/** What an object of Node.js is made of; `undefined` for one that is not copied. */
export function readPlatformValue(value: object): PlatformValue | undefined {
  const name = platformClassIn(value);
  if (name !== "BlockList" && name !== "SocketAddress") return undefined;
  const { BlockList, SocketAddress } = process.getBuiltinModule("node:net");
  if (value instanceof BlockList) return { kind: "BlockList", content: [...value.rules] };
  if (!(value instanceof SocketAddress)) return undefined;
  const { address, family, port, flowlabel } = value;
  return { kind: "SocketAddress", content: { address, family, port, flowlabel } };
}

/** @throws TypeError or RangeError when the content is not one of that kind */
export function makePlatformValue(kind: string, content: unknown): object {
  if (kind === "BlockList") return makeBlockList(listOf(content));
  if (kind === "SocketAddress") return makeSocketAddress(recordOf(content));
  throw new TypeError(`${JSON.stringify(kind.slice(0, 20))} is no kind of object`);
}

/** As Node.js lists them, the newest first: `Address: IPv4 10.0.0.1`, `Range: IPv6 ::1-::9`, `Subnet: IPv4 10.0.0.0/8`. */
const RULE = /^(Address|Range|Subnet): IPv([46]) ([0-9a-fA-F.:]+)(?:[-/]([0-9a-fA-F.:]+))?$/;

function makeBlockList(rules: readonly unknown[]): BlockList {
  const list = new (process.getBuiltinModule("node:net").BlockList)();
  for (let index = rules.length - 1; index >= 0; index--) {
    const [, part, version, start = "", end = ""] = RULE.exec(textOf(rules[index])) ?? [];
    const family = version === "6" ? "ipv6" : "ipv4";
    if (part === "Address") list.addAddress(start, family);
    else if (part === "Range") list.addRange(start, end, family);
    else if (part === "Subnet") list.addSubnet(start, Number(end), family);
    else throw new TypeError("a rule of a BlockList is none");
  }
  return list;
}

function makeSocketAddress({ address, family, port, flowlabel }: Record<string, unknown>): SocketAddress {
  const { SocketAddress } = process.getBuiltinModule("node:net");
  if (typeof port !== "number" || typeof flowlabel !== "number") throw new TypeError("a SocketAddress has no port");
  const version = family === "ipv6" ? "ipv6" : "ipv4";
  return new SocketAddress({ address: textOf(address), family: version, port, flowlabel });
}
