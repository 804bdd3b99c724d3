import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";

/** Each costs every idle process 100 to 400 KB. */
const DEAR = ["crypto", "dns", "http", "http2", "perf_hooks", "readline", "repl", "tls", "worker_threads", "zlib"];

test("a process loads none of the large modules of Node.js before something needs them", async () => {
  const file = join(useDirectory(), "loaded.mjs");
  writeFileSync(file, "export const loaded = () => process.moduleLoadList.map((entry) => entry.split(' ').at(-1));");
  const dearOnes = async (): Promise<string[]> => {
    const isolator = await useIsolator();
    const loaded = (await isolator.invoke(file, "loaded", [])) as string[];
    expect(loaded).toContain("net");
    return loaded.filter((name) => DEAR.includes(name));
  };
  // The first processes after a build compute the digest of what V8 has cached.
  await expect.poll(dearOnes, { timeout: 20_000 }).toEqual([]);
});
