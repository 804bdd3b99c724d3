import { isolate } from "process-isolation";

/**
 * @template T
 * @typedef {import("process-isolation").Isolate<T>} Isolate
 */

/** @typedef {{ path: string, markdown: string }} Document */

/**
 * What the demo knows of a plug-in.
 *
 * @template {object} [T=object]
 * @typedef {object} PluginDefinition
 * @property {string} name
 * @property {() => Promise<Isolate<T>>} start
 * @property {(isolate: Isolate<T>, document: Document) => Promise<unknown>} call
 * @property {(error: unknown) => boolean} [isExpectedError] whether it may throw this
 * @property {readonly string[]} [expectedExits] why its process may end before it is asked to
 */

const restart = { maxRestarts: 100, withinMs: 60_000 };

const modules = {
  render: new URL("./plugins/render.mjs", import.meta.url),
  outline: new URL("./plugins/outline.mjs", import.meta.url),
  searchIndex: new URL("./plugins/search-index.mjs", import.meta.url),
  linkCheck: new URL("./plugins/link-check.mjs", import.meta.url),
};

/** @type {PluginDefinition<typeof import("./plugins/render.mjs")>} */
const render = {
  name: "render",
  start: () => isolate(modules.render, { name: "render", restart }),
  call: ({ api }, { markdown }) => api.render(markdown),
};

/**
 * Segfaults now and then. Its calls may run twice, so none is lost.
 * @type {PluginDefinition<typeof import("./plugins/outline.mjs")>}
 */
const outline = {
  name: "outline",
  start: () => isolate(modules.outline, { name: "outline", restart }),
  call: ({ isolator }, { markdown }) => isolator.invoke(modules.outline, "outline", [markdown], { idempotent: true }),
  // "exit" is Windows, where a process cannot be ended by SIGSEGV.
  expectedExits: ["signal", "exit"],
};

/**
 * Leaks until its heap is full. Its calls may not run twice: those that run when it dies are lost.
 * @type {PluginDefinition<typeof import("./plugins/search-index.mjs")>}
 */
const searchIndex = {
  name: "search-index",
  start: () => isolate(modules.searchIndex, { name: "search-index", restart, execArgv: ["--max-old-space-size=64"] }),
  call: ({ api }, { path, markdown }) => api.addToIndex(path, markdown),
  expectedExits: ["heap-out-of-memory"],
};

/** @type {PluginDefinition<typeof import("./plugins/link-check.mjs")>} */
const linkCheck = {
  name: "link-check",
  start: () => isolate(modules.linkCheck, { name: "link-check", restart }),
  call: ({ api }, { path, markdown }) => api.checkLinks(path, markdown),
  isExpectedError: (error) =>
    error instanceof RangeError &&
    "href" in error &&
    /** @type {NodeJS.ErrnoException | undefined} */ (error.cause)?.code === "ENOENT",
};

/** Every plug-in lives in an isolate of its own. The first one is what the job is about. */
export const PLUGINS = /** @type {readonly PluginDefinition[]} */ ([render, outline, searchIndex, linkCheck]);
