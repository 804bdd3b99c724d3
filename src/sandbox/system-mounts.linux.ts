import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import type { Mount } from "./mounts.js";

/** Programs and libraries; on today's distributions all but /usr are links into it. */
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** Where the distributions without a /usr, and Homebrew, keep programs and libraries. */
const STORES = ["/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew"];

/** How libraries are found, what the time is called, whom TLS trusts. */
const SETTINGS = [
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/alternatives",
  "/etc/localtime",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/pki/tls",
  "/etc/pki/ca-trust/extracted",
  "/etc/ca-certificates/extracted",
];

const NETWORK_SETTINGS = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services"];

/** What every program needs: neither homes, nor /var and /run, nor the rest of /etc. */
export function systemMounts(network: boolean): Mount[] {
  return [
    ...SYSTEM.map(asItIs).filter((mount) => mount !== undefined),
    ...[...STORES, ...SETTINGS].map(optional),
    ...(network ? NETWORK_SETTINGS.map(optional) : []),
    // resolv.conf is often a link to where a service keeps it.
    ...(network ? realPathsOf(["/etc/resolv.conf"]).map(optional) : []),
    { kind: "processes", path: "/proc" },
    { kind: "devices", path: "/dev" },
  ];
}

const optional = (path: string): Mount => ({ kind: "optional", path });

function asItIs(path: string): Mount | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isSymbolicLink() ? { kind: "link", path, target: readlinkSync(path) } : { kind: "readable", path };
}

function realPathsOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      return [realpathSync(path)];
    } catch {
      return [];
    }
  });
}
