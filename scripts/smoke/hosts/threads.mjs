import { once } from "node:events";
import { isMainThread, Worker } from "node:worker_threads";
import * as pkg from "process-isolation";
import exercise from "./exercise.cjs";

if (isMainThread) {
  const threads = [1, 2, 3].map(() => new Worker(new URL(import.meta.url)));
  const codes = await Promise.all(threads.map((thread) => once(thread, "exit")));
  process.exitCode = Math.max(...codes.flat());
} else {
  await exercise(pkg);
}
