import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fencesOf, REPOSITORY, readDocument } from "../docs/markdown.js";
import { useProject } from "../docs/use-project.js";
import { useRedis, withoutRedis } from "./redis-server.js";

const redis = useRedis();

test.skipIf(withoutRedis)("the example of docs/bullmq.md prints what it shows, and compiles", async () => {
  const fences = fencesOf(readDocument("docs/bullmq.md")).filter(({ language }) => language === "ts");
  const files = new Map(fences.map(({ text }) => [/^\/\/ ([\w.]+)\n/.exec(text)?.[1] ?? "", text]));
  const worker = files.get("worker.ts") ?? "";
  const here = worker.replace('{ host: "localhost", port: 6379 }', JSON.stringify(redis.connection));
  expect(here).not.toBe(worker);
  const options = {
    target: "ES2023",
    module: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  };
  const config = JSON.stringify({ compilerOptions: options, include: ["*.ts"] });
  const project = useProject(new Map([...files, ["worker.ts", here], ["tsconfig.json", config]]));
  for (const name of ["bullmq", "ioredis"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(project.path, "node_modules", name));
  }
  const { stdout, stderr, code } = await project.run(process.execPath, ["--import", "tsx", "worker.ts"]);
  const shown = [...worker.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);
  expect(stdout.trimEnd().split("\n"), stderr).toEqual(shown);
  expect(code).toBe(0);
  const tsc = await project.run(process.execPath, [join(REPOSITORY, "node_modules/typescript/bin/tsc"), "-p", "."]);
  expect(tsc.stdout).toBe("");
});
