import { LAUNCH_SCRIPT } from "./launch-script.js";
import type { Machinery } from "./machinery.js";

/** What has to be done to a process before it runs its program. */
export interface Launch {
  /** The groups of the process. */
  readonly cgroups: readonly string[];
  /** Properties of the systemd scope to start in; undefined for no scope. */
  readonly systemdProperties: readonly string[] | undefined;
  readonly openFiles: number | undefined;
  readonly cpuSeconds: number | undefined;
  /** For `taskset`. */
  readonly affinity: string | undefined;
}

/** What to hand to `spawn`. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** A program with its arguments and its whole environment. */
export interface Program {
  readonly execPath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a shell sets by itself and hands on. */
const ADDED_BY_SHELL = ["PWD", "OLDPWD", "SHLVL", "_"];
/** What a shell makes of its own, or takes for an instruction. */
const CHANGED_BY_SHELL = [...ADDED_BY_SHELL, "IFS", "OPTIND", "LINENO", "PPID", "UID", "EUID", "ENV", "BASH_ENV"];
/** What systemd-run needs to find the user's service manager, and what it adds. */
const SYSTEMD_VARIABLES = ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "INVOCATION_ID"];
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Carries a variable through the shell. */
const CARRIER = "PROCESS_ISOLATION_CARRIED_";

/** The command that does what `launch` says and then becomes the program, under the same pid. */
export function launchCommand(machinery: Machinery, launch: Launch, program: Program): LaunchCommand {
  const { cgroups, openFiles, cpuSeconds, affinity, systemdProperties } = launch;
  const direct = [program.execPath, ...program.args];
  const command = affinity === undefined ? direct : [machinery.taskset ?? "taskset", "-c", affinity, ...direct];
  // systemd puts the process into its group.
  const joined = systemdProperties === undefined ? cgroups : [];
  const steps = [
    ...joined.map((folder) => ["join", folder]),
    ...(openFiles === undefined ? [] : [["files", `${openFiles}`]]),
    ...(cpuSeconds === undefined ? [] : [["seconds", `${cpuSeconds}`]]),
  ];
  if (systemdProperties === undefined) return throughShell(machinery.shell, steps, command, program.env);
  const hidden = SYSTEMD_VARIABLES.filter((name) => program.env[name] === undefined).map((name) => ["unset", name]);
  const inside = throughShell(machinery.shell, [...steps, ...hidden], command, program.env);
  const scope = [...(machinery.cgroups.systemd ?? []), ...systemdProperties, "--"];
  return toCommand([...scope, inside.command, ...inside.args], inside.env);
}

function throughShell(
  shell: string | undefined,
  steps: readonly (readonly string[])[],
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): LaunchCommand {
  if (shell === undefined || steps.length === 0) return toCommand(command, { ...env });
  const passes = ([name]: [string, string]): boolean => SHELL_NAME.test(name) && !CHANGED_BY_SHELL.includes(name);
  const plain = Object.entries(env).filter(passes);
  const carriers = Object.entries(env)
    .filter((entry) => !passes(entry))
    .map(([name, value], index) => [`${CARRIER}${index}`, `${name}=${value}`] as const);
  const added = ADDED_BY_SHELL.filter((name) => env[name] === undefined);
  const all = [
    ...steps,
    ...added.map((name) => ["unset", name]),
    ...carriers.map(([carrier]) => ["carry", carrier]),
  ].flat();
  return {
    command: shell,
    args: ["-c", LAUNCH_SCRIPT, "sh", ...all, "--", ...command],
    env: Object.fromEntries([...plain, ...carriers]),
  };
}

function toCommand([command = "", ...args]: readonly string[], env: Record<string, string>): LaunchCommand {
  return { command, args, env };
}
