import { pathToFileURL } from "node:url";
import { IsolationError } from "../../errors/index.js";
import type { IsolationOptions } from "../../isolator/index.js";
import { resolveOptions } from "../../isolator/options/index.js";
import type { IsolateDefinition } from "./manifest.js";
import { OPTION_FIELDS } from "./option-fields.js";
import type { Problems } from "./problems.js";
import type { Path } from "./source.js";

const OPTIONS = Object.keys(OPTION_FIELDS) as (keyof typeof OPTION_FIELDS)[];

/** The options of an isolate's process, checked by the very rules that `ProcessIsolator.create` has. */
export function isolateOptions(
  name: string,
  definition: IsolateDefinition,
  at: Path,
  context: { readonly folder: string; readonly problems: Problems },
): IsolationOptions<undefined> {
  const given = OPTIONS.filter((option) => definition[option] !== undefined).map((option) => [
    option,
    definition[option],
  ]);
  const options: Record<string, unknown> = {
    ...Object.fromEntries(given),
    name,
    from: pathToFileURL(`${context.folder}/`).href,
  };
  if (definition.env !== undefined) options.env = withoutNull(definition.env);
  tellProblems({ ...options }, at, context.problems);
  return Object.freeze(options) as IsolationOptions<undefined>;
}

/** One after the other: the check tells the first alone, and goes on without that option. */
function tellProblems(options: Record<string, unknown>, at: Path, problems: Problems): void {
  for (let round = 0; round < OPTIONS.length; round++) {
    try {
      resolveOptions(options, { name: "isolate" });
      return;
    } catch (error) {
      if (!IsolationError.is(error, "INVALID_OPTION")) throw error;
      const message = error.message.replace(/^INVALID_OPTION: /, "");
      const { path, rest } = subjectOf(message);
      const [option] = path;
      // What is about several options at once begins with none of them.
      if (option === undefined || !Object.hasOwn(options, option)) {
        problems.add(at, `cannot be: ${message}`, "key");
        return;
      }
      problems.add([...at, ...path], rest);
      delete options[option];
    }
  }
}

/** `limits.memory must be …` is about the value at `limits`, `memory`. */
function subjectOf(message: string): { path: (string | number)[]; rest: string } {
  const [subject = ""] = /^[A-Za-z]+(?:\.\w+|\[\d+\]|\["[^"]*"\])*(?= )/.exec(message) ?? [];
  const path = [...subject.matchAll(/\[(\d+)\]|\["([^"]*)"\]|(\w+)/g)].map(([, index, key, word]) =>
    index === undefined ? (key ?? word ?? "") : Number(index),
  );
  return { path, rest: message.slice(subject.length + 1) };
}

function withoutNull(env: NonNullable<IsolateDefinition["env"]>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? undefined]));
}
