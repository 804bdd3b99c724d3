/**
 * The entry of the isolated process: says hello at once, then loads the one big bundle with V8's cached data, which
 * halves the time that it takes.
 */
import { closeSync, readFileSync, writeSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { constants, Script } from "node:vm";
import { PIHOST_EXIT } from "../src/contract/exit-codes.js";
import { FEATURES } from "../src/contract/features.js";
import { forgetAllocatorEnvironment } from "../src/platform/allocator.js";
import { foreignProcess } from "../src/platform/foreign-runtime.js";
import { sayMistaken } from "../src/platform/mistaken-start.js";
import { HANDED_SCRIPT } from "../src/sandbox/handed-script.js";
import { quietPermissionWarnings } from "../src/sandbox/permission-warnings.js";
import { BUNDLE_DIGEST } from "./bundle-digest.js";
import { openCodeCache } from "./code-cache.js";
import { HELLO } from "./hello.js";

interface Bundle {
  runPihost(bindings: { saveCodeCache: () => void }): void;
}

/** By a host whose folders this process cannot enter: see `handExecutable`. */
const isHanded = __filename === HANDED_SCRIPT;
const HANDED_DESCRIPTORS = [5, 6];
const HANDED_BUNDLE = "/proc/self/fd/6";

/** What `--eval` puts on the global object, beside Node's own modules by their names. */
const GLOBALS_OF_EVAL = ["module", "exports", "require", "__filename", "__dirname"];

/** Globals everywhere that have the name of a module. */
const GLOBALS_OF_NODE = ["console", "crypto", "process"];

endUnlessNode();
hideTitle();
quietPermissionWarnings();
forgetAllocatorEnvironment(process.env);
writeSync(
  3,
  `${JSON.stringify({ hello: { ...HELLO, sharedMemory: true, checksIntegrity: true, features: FEATURES } })}\n`,
);
const { bundle, saveCodeCache } = loadBundle(isHanded ? HANDED_BUNDLE : join(__dirname, "main.cjs"));
// Neither the modules nor what they start have any business with them.
if (isHanded) for (const descriptor of HANDED_DESCRIPTORS) closeSync(descriptor);
bundle.runPihost({ saveCodeCache });

/** A start that is to have a title in debuggers is `--eval` and that title: modules see what they see in every other. */
function hideTitle(): void {
  const at = process.execArgv.lastIndexOf("--eval");
  if (at === -1 || process.argv[1] === __filename) return;
  process.execArgv.splice(at, 2);
  process.argv.splice(1, 0, __filename);
  Reflect.deleteProperty(process, "_eval");
  const modules = builtinModules.filter((name) => !GLOBALS_OF_NODE.includes(name));
  const hide = (): void => {
    for (const name of [...GLOBALS_OF_EVAL, ...modules]) Reflect.deleteProperty(globalThis, name);
  };
  hide();
  // At the end of the evaluation Node.js puts back what it had of the name `module`.
  process.nextTick(hide);
}

/** First of all: what follows needs what others lack, and would fail there in ways that mislead. */
function endUnlessNode(): void {
  const runtime = foreignProcess();
  if (runtime === undefined) return;
  sayMistaken(runtime.description);
  process.exit(PIHOST_EXIT.notNode);
}

function loadBundle(filename: string): { bundle: Bundle; saveCodeCache: () => void } {
  const source = readFileSync(filename, "utf8");
  const cache = openCodeCache(filename, BUNDLE_DIGEST);
  const cachedData = cache.read(source);
  const script = new Script(source, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} as Bundle };
  script.runInThisContext()(module.exports, require, module, filename, dirname(filename));
  const isStale = cachedData === undefined || script.cachedDataRejected === true;
  return {
    bundle: module.exports,
    saveCodeCache: isStale ? () => cache.write(source, script.createCachedData()) : () => {},
  };
}
