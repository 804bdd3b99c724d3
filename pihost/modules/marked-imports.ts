import module from "node:module";
import { Script } from "node:vm";

/** Which isolate of a process an ES module belongs to, as the end of its URL. */
const NAME = "pihost";
export const MARK = new RegExp(`\\?${NAME}=\\d+\\b`, "g");

/**
 * As a text, which can be sent to a thread. What a marked module imports of the project is marked like it. To the engine each
 * bears the name of its file: by that, breakpoints find it, and coverage adds up.
 */
const HOOKS = `(() => {
  const marked = /^(file:[^?#]*)(\\?${NAME}=\\d+)(?:#|$)/;
  const text = (source) => (typeof source === "string" ? source : new TextDecoder().decode(source));
  return {
    resolved(result, parent) {
      const mark = marked.exec(parent ?? "")?.[2];
      const { url } = result;
      if (mark === undefined || !url.startsWith("file:") || /[?#]|\\/node_modules\\//.test(url)) return result;
      return { ...result, url: url + mark };
    },
    loaded(result, url) {
      const file = marked.exec(url)?.[1];
      const { format, source } = result;
      if (file === undefined || format !== "module" || source === null || source === undefined) return result;
      return { ...result, source: text(source) + "\\n//# sourceURL=" + file };
    },
  };
})()`;

interface Hooks {
  resolved<T extends { url: string }>(result: T, parent: string | undefined): T;
  loaded<T>(result: T, url: string): T;
}

type Next<R> = (name: string, context: unknown) => R;

interface SyncHooks {
  resolve(specifier: string, context: { parentURL?: string }, next: Next<{ url: string }>): { url: string };
  load(url: string, context: unknown, next: Next<object>): object;
}

/** `module.registerHooks`, of Node 22.15 and later, has no types here. */
const { registerHooks } = module as unknown as { registerHooks?: (hooks: SyncHooks) => unknown };

let isHooked = false;

/** The URL of a file for one isolate: to Node.js, a module of its own. */
export function withMark(url: string, mark: number): string {
  const [file, fragment] = url.split("#", 2);
  return `${file}?${NAME}=${mark}${fragment === undefined ? "" : `#${fragment}`}`;
}

/** Has Node.js take marks for what they are, from now on. */
export function heedMarks(): void {
  if (isHooked) return;
  isHooked = true;
  if (registerHooks === undefined) {
    // There hooks live in a thread.
    const source = `const { resolved, loaded } = ${HOOKS};
      export const resolve = async (specifier, context, next) => resolved(await next(specifier, context), context.parentURL);
      export const load = async (url, context, next) => loaded(await next(url, context), url);`;
    module.register(`data:text/javascript,${encodeURIComponent(source)}`);
    return;
  }
  const { resolved, loaded } = new Script(HOOKS).runInThisContext() as Hooks;
  registerHooks({
    resolve: (specifier, context, next) => resolved(next(specifier, context), context.parentURL),
    load: (url, context, next) => loaded(next(url, context), url),
  });
}
