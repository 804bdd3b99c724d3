/** As Windows spells them. Without `SystemRoot` sockets and cryptography fail; libuv adds some of these by itself. */
const NAMES: readonly string[] = [
  "PATH",
  "PATHEXT",
  "ComSpec",
  "SystemRoot",
  "SystemDrive",
  "windir",
  "OS",
  "PROCESSOR_ARCHITECTURE",
  "NUMBER_OF_PROCESSORS",
  "TEMP",
  "TMP",
  "USERNAME",
  "USERDOMAIN",
  "USERPROFILE",
  "HOMEDRIVE",
  "HOMEPATH",
  "APPDATA",
  "LOCALAPPDATA",
  "ProgramData",
  "ProgramFiles",
  "ProgramFiles(x86)",
  "ProgramW6432",
  "CommonProgramFiles",
  "CommonProgramFiles(x86)",
  "CommonProgramW6432",
  "LANG",
  "TZ",
];

const SPELLINGS: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [name.toUpperCase(), name]));

/**
 * Matched without regard to case, as Windows does, and spelled as above: so `{ ...defaultEnvironment(), PATH }` replaces
 * a `Path` of the host instead of adding a second one.
 */
export function windowsEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const selected: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const spelling = SPELLINGS.get(name.toUpperCase());
    if (spelling !== undefined && value !== undefined) selected[spelling] ??= value;
  }
  return selected;
}
