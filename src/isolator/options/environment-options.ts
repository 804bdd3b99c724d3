import { invalidOption, ownOptions } from "../../errors/index.js";
import { defaultEnvironment } from "../../platform/index.js";
import { strings } from "./checks.js";

/** The child's whole environment: the short default list, what `inheritEnv` adds, and `env` over both. */
export function resolveEnvironment(env: unknown = {}, inheritEnv: unknown = false): Readonly<Record<string, string>> {
  const own = Object.entries(ownOptions("env", env, Object.keys(Object(env))));
  for (const [name, value] of own) {
    if (value !== undefined && typeof value !== "string")
      throw invalidOption(`env.${name}`, "a string or undefined", value);
    if (/[=\0]/.test(name) || String(value).includes("\0")) {
      throw invalidOption(`env.${name}`, "a name without '=' and a value without NUL characters", value);
    }
  }
  const merged = { ...inherited(inheritEnv), ...Object.fromEntries(own) };
  return Object.freeze(Object.fromEntries(Object.entries(merged).filter(isSet)));
}

function inherited(inheritEnv: unknown): NodeJS.ProcessEnv {
  if (Array.isArray(inheritEnv)) {
    const names = strings("inheritEnv", inheritEnv);
    return { ...defaultEnvironment(), ...Object.fromEntries(names.map((name) => [name, process.env[name]])) };
  }
  if (typeof inheritEnv !== "boolean")
    throw invalidOption("inheritEnv", "true, false or an array of names", inheritEnv);
  return inheritEnv ? { ...process.env } : defaultEnvironment();
}

function isSet(entry: [string, unknown]): entry is [string, string] {
  return entry[1] !== undefined;
}
