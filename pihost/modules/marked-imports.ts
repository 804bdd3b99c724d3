import module from "node:module";
import { Script } from "node:vm";

/** Which isolate of a process an ES module belongs to, as the end of its URL. */
const NAME = "pihost";
export const MARK = new RegExp(`\\?${NAME}=\\d+\\b`, "g");

/** As a text, which can be sent to a thread. */
const PASS_ON = `(resolved, parent) => {
  const mark = /\\?${NAME}=\\d+/.exec(parent ?? "")?.[0];
  const { url } = resolved;
  if (mark === undefined || !url.startsWith("file:") || /[?#]|\\/node_modules\\//.test(url)) return resolved;
  return { ...resolved, url: url + mark };
}`;

type Resolved = { url: string };
type PassOn = (resolved: Resolved, parent: string | undefined) => Resolved;
type Context = { parentURL?: string };
type Next = (specifier: string, context: Context) => Resolved;
type Resolve = (specifier: string, context: Context, next: Next) => Resolved;

/** `module.registerHooks`, of Node 22.15 and later, has no types here. */
const { registerHooks } = module as unknown as { registerHooks?: (hooks: { resolve: Resolve }) => unknown };

let isHooked = false;

/** The URL of a file for one isolate: to Node.js, a module of its own. */
export function withMark(url: string, mark: number): string {
  const [file, fragment] = url.split("#", 2);
  return `${file}?${NAME}=${mark}${fragment === undefined ? "" : `#${fragment}`}`;
}

/** What a marked module imports of the project is marked like it, from now on. */
export function markedImports(): void {
  if (isHooked) return;
  isHooked = true;
  if (registerHooks === undefined) {
    // There hooks live in a thread.
    const hook = `const passOn = ${PASS_ON};
      export const resolve = async (specifier, context, next) => passOn(await next(specifier, context), context.parentURL);`;
    module.register(`data:text/javascript,${encodeURIComponent(hook)}`);
    return;
  }
  const passOn = new Script(`(${PASS_ON})`).runInThisContext() as PassOn;
  registerHooks({ resolve: (specifier, context, next) => passOn(next(specifier, context), context.parentURL) });
}
