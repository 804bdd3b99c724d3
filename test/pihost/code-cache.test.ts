import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { type CodeCache, openCodeCache } from "../../pihost/code-cache.js";
import { boundCodeCache } from "../../pihost/code-cache-bounds.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { pihostEntry } from "../setup/built-pihost-entry.js";

const SOURCE = "bundle(1)";
/** On V8 that takes the names of files in stacks from its data. */
const IS_PLACE_IN_DATA = Number.parseInt(process.versions.node, 10) < 22;
const DATA = Buffer.from("what V8 made of it");

interface Setup {
  readonly folder: string;
  readonly bundle: string;
  readonly cache: CodeCache;
}

function useCache(): Setup {
  const [folder, bundle] = [join(useDirectory(), "cache"), join(useDirectory(), "main.cjs")];
  writeFileSync(bundle, SOURCE);
  return { folder, bundle, cache: openCodeCache(bundle, "0123456789abcdef", folder) };
}

/** Another time for the same bytes, as a copy or an installation has. */
const touch = (path: string, seconds: number): void => utimesSync(path, seconds, seconds);

describe("the code cache", () => {
  test("gives back what was kept for a bundle, and nothing where nothing was", () => {
    const { folder, cache } = useCache();
    expect(cache.read(SOURCE)).toBeUndefined();
    cache.write(SOURCE, DATA);
    expect(cache.read(SOURCE)).toEqual(DATA);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^pihost-0123456789abcdef-.*\.v8cache$/)]);
    expect(statSync(join(folder, readdirSync(folder)[0] as string)).mode & 0o777).toBe(0o600);
  });

  test("is for the same bytes since whenever", () => {
    const { bundle, cache } = useCache();
    cache.write(SOURCE, DATA);
    touch(bundle, 1_000_000);
    expect(cache.read(SOURCE)).toEqual(DATA);
  });

  test.skipIf(IS_PLACE_IN_DATA)("is for the same bytes wherever they lie", () => {
    const { folder, cache } = useCache();
    cache.write(SOURCE, DATA);
    const elsewhere = join(useDirectory(), "main.cjs");
    writeFileSync(elsewhere, SOURCE);
    expect(openCodeCache(elsewhere, "0123456789abcdef", folder).read(SOURCE)).toEqual(DATA);
  });

  test("is not for a bundle that was changed by hand, though it is as long", () => {
    const { bundle, cache } = useCache();
    cache.write(SOURCE, DATA);
    writeFileSync(bundle, "bundle(2)");
    touch(bundle, 1_000_000);
    expect(cache.read("bundle(2)")).toBeUndefined();
  });

  test.skipIf(process.platform === "win32")("trusts nothing that somebody else can write", () => {
    const { folder, cache } = useCache();
    cache.write(SOURCE, DATA);
    const path = join(folder, readdirSync(folder)[0] as string);
    for (const open of [folder, path]) {
      const { mode } = statSync(open);
      chmodSync(open, mode | 0o020);
      expect(cache.read(SOURCE)).toBeUndefined();
      chmodSync(open, mode);
    }
    expect(cache.read(SOURCE)).toEqual(DATA);
  });

  test("does without where it cannot be written or read, and leaves nothing half", () => {
    const { folder, cache } = useCache();
    writeFileSync(folder, "a file");
    cache.write(SOURCE, DATA);
    expect(cache.read(SOURCE)).toBeUndefined();
    expect(readFileSync(folder, "utf8")).toBe("a file");
  });

  test("notes its use once in a day", () => {
    const { folder, cache } = useCache();
    cache.write(SOURCE, DATA);
    const path = join(folder, readdirSync(folder)[0] as string);
    touch(path, 1_000_000);
    cache.read(SOURCE);
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
  });
});

describe("what the cache holds is bounded:", () => {
  function useFiles(count: number, bytes: number): string {
    const folder = useDirectory();
    for (let made = 0; made < count; made++) {
      const path = join(folder, `pihost-${made}.v8cache`);
      writeFileSync(path, Buffer.alloc(bytes));
      touch(path, 1_000_000 + made);
    }
    return folder;
  }

  const names = (folder: string): string[] => readdirSync(folder).sort();

  test("16 files, those used last, and the one just written in any case", () => {
    const folder = useFiles(40, 1);
    boundCodeCache(folder, join(folder, "pihost-0.v8cache"));
    const kept = [0, ...Array.from({ length: 15 }, (_, at) => 25 + at)].map((number) => `pihost-${number}.v8cache`);
    expect(names(folder)).toEqual(kept.sort());
  });

  test("32 MiB", () => {
    const folder = useFiles(8, 10 * 2 ** 20);
    boundCodeCache(folder, join(folder, "pihost-7.v8cache"));
    expect(names(folder)).toEqual(["pihost-5.v8cache", "pihost-6.v8cache", "pihost-7.v8cache"]);
  });

  test("what was begun and never finished goes, what is not of the cache stays", () => {
    const folder = useDirectory();
    const old = ["pihost-1.v8cache.4711", "pihost-1.v8cache.12-ab.new", "notes.txt"];
    for (const name of old) {
      writeFileSync(join(folder, name), "");
      touch(join(folder, name), 1_000_000);
    }
    writeFileSync(join(folder, "pihost-1.v8cache.13-cd.new"), "");
    mkdirSync(join(folder, "pihost-2.v8cache"));
    symlinkSync("notes.txt", join(folder, "pihost-3.v8cache"));
    boundCodeCache(folder, "");
    expect(names(folder)).toEqual(["notes.txt", "pihost-1.v8cache.13-cd.new", "pihost-2.v8cache", "pihost-3.v8cache"]);
  });
});

test("hosts that start isolates at once, again and again, and with diagnostics, share one file for each set of flags", async () => {
  const home = useDirectory();
  const options = { env: { XDG_CACHE_HOME: home }, limits: { heap: "64MiB" }, diagnostics: { directory: home } };
  const folder = join(home, "process-isolation");
  const files = (): string[] => readdirSync(folder).sort();
  for (const count of [3, 2]) {
    const isolators = await Promise.all(Array.from({ length: count }, () => ProcessIsolator.create(options)));
    await until(() => statSync(folder, { throwIfNoEntry: false }) !== undefined && files().length > 0, 10_000);
    await until(() => files().every((name) => name.endsWith(".v8cache")), 10_000);
    await Promise.all(isolators.map((isolator) => isolator.shutdown()));
  }
  expect(files()).toHaveLength(1);
});

test("an installation whose data another one made hides its own frames in the stacks of errors", async () => {
  const home = useDirectory();
  const options = { env: { XDG_CACHE_HOME: home } };
  const folder = join(home, "process-isolation");
  const first = await ProcessIsolator.create(options);
  await until(
    () => statSync(folder, { throwIfNoEntry: false }) !== undefined && readdirSync(folder).length > 0,
    10_000,
  );
  await first.shutdown();
  const copy = join(useDirectory(), "pihost");
  cpSync(dirname(pihostEntry()), copy, { recursive: true });
  await using second = await ProcessIsolator.create({ ...options, pihostPath: join(copy, "boot.cjs") });
  const module = join(home, "throws.mjs");
  writeFileSync(module, 'export const fail = () => { throw new Error("as it was told to"); };');
  const error = (await rejection(second.invoke(module, "fail"))) as Error;
  expect(error.stack).toContain("as it was told to");
  expect(error.stack).not.toContain("main.cjs");
});
