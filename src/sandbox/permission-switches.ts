import type { NodeRuntime } from "./node-runtime.js";

/**
 * The permissions that are held or not held as a whole: the flag that grants each, the scope that `process.permission`
 * knows it by, how a Node without the flag behaves, and which Node has it.
 */
export const PERMISSION_SWITCHES = {
  childProcess: { flag: "--allow-child-process", scope: "child", without: "denied", since: "Node 20" },
  worker: { flag: "--allow-worker", scope: "worker", without: "denied", since: "Node 20" },
  addons: { flag: "--allow-addons", scope: "addon", without: "denied", since: "Node 20" },
  wasi: { flag: "--allow-wasi", scope: "wasi", without: "denied", since: "Node 20" },
  inspector: { flag: "--allow-inspector", scope: "inspector", without: "denied", since: "Node 24.12" },
  ffi: { flag: "--allow-ffi", scope: "ffi", without: "denied", since: "Node 26" },
  net: { flag: "--allow-net", scope: "net", without: "allowed", since: "Node 26" },
} as const;

export type PermissionSwitch = keyof typeof PERMISSION_SWITCHES;

/** Whether this Node can give the permission. */
export function isGrantable(name: PermissionSwitch, { flags }: NodeRuntime): boolean {
  const { flag, without } = PERMISSION_SWITCHES[name];
  return flags.has(flag) || without === "allowed";
}

/**
 * Whether this Node can refuse the permission to user code.
 *
 * The network is needed to serve the own socket, so it is granted at first and given up before user code is loaded, by
 * `process.permission.drop`, which came after `--allow-net`.
 */
export function isDeniable(name: PermissionSwitch, { version, flags }: NodeRuntime): boolean {
  if (PERMISSION_SWITCHES[name].without === "denied") return true;
  return flags.has(PERMISSION_SWITCHES[name].flag) && Number.parseInt(version, 10) >= 26;
}
