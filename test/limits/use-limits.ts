import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { cgroupNamePrefix } from "../../src/limits/cgroup/cgroup-name.js";
import {
  type LimitBreach,
  type LimitedExit,
  type LimitOptions,
  type LimitScope,
  type LimitVerdict,
  limitMachinery,
  type Machinery,
  NO_MACHINERY,
  planLimits,
  resolveLimits,
} from "../../src/limits/index.js";
import { groupAlive, killTree } from "../../src/platform/index.js";

const SUPPORTED = process.platform === "linux";

/** What this machine offers; and as if nobody let us make cgroups, which is so in most containers. */
export const MACHINES: readonly (readonly [name: string, machinery: Machinery])[] = SUPPORTED
  ? [
      ["with all that this machine offers", limitMachinery()],
      ["without cgroups", { ...limitMachinery(), cgroups: NO_MACHINERY.cgroups }],
    ]
  : [];

/** How a limited process ended. */
export interface Ending {
  readonly exit: LimitedExit;
  readonly verdict: LimitVerdict | undefined;
  readonly breaches: readonly LimitBreach[];
  readonly stdout: string;
  readonly stderr: string;
}

export interface LimitedProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly scope: LimitScope;
  readonly breaches: readonly LimitBreach[];
  /** Resolves with what was written to stdout, as soon as it contains the text. */
  said(text: string): Promise<string>;
  /** Resolves when the process has ended and nothing is left of it. */
  ended(): Promise<Ending>;
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/limits/${name}.mjs`, import.meta.url));
}

/** Starts a fixture within limits, as the process room does it. It ends with the test at the latest. */
export function useLimited(
  limits: LimitOptions,
  machinery: Machinery,
  [name, ...args]: readonly [string, ...string[]],
  env: Record<string, string> = { PATH: process.env.PATH ?? "" },
): LimitedProcess {
  const plan = planLimits(resolveLimits(limits), machinery);
  const scope = plan.open();
  const breaches: LimitBreach[] = [];
  scope.onBreach((breach) => breaches.push(breach));
  const launch = scope.command({ execPath: process.execPath, args: [...plan.execArgv, fixture(name), ...args], env });
  const child = spawn(launch.command, launch.args, { env: launch.env, detached: true });
  const pid = child.pid as number;
  scope.started(pid);
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    output.stderr += chunk;
    scope.heard(chunk);
  });
  const exited = once(child, "close");
  onTestFinished(async () => {
    await killTree(pid, "SIGKILL");
    await scope.close();
  });
  return {
    child,
    scope,
    breaches,
    async said(text) {
      while (!output.stdout.includes(text)) await once(child.stdout, "data");
      return output.stdout;
    },
    async ended() {
      const [code, signal] = await exited;
      const exit = { code, signal };
      await killTree(pid, "SIGKILL");
      const verdict = scope.verdict(exit, output.stderr);
      await scope.close();
      expect(groupAlive(pid)).toBe(false);
      expect(ownCgroups(machinery)).toEqual([]);
      return { exit, verdict, breaches, ...output };
    },
  };
}

/** The cgroups of this test's process that exist. */
export function ownCgroups({ cgroups }: Machinery = limitMachinery()): string[] {
  const parents = [...Object.values(cgroups.parents), ...(cgroups.killable === undefined ? [] : [cgroups.killable])];
  return [...new Set(parents.map(({ folder }) => folder))].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.startsWith(cgroupNamePrefix()))
          .map((name) => `${folder}/${name}`)
      : [],
  );
}
