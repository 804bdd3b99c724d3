import { execFileSync } from "node:child_process";

/** As `ps` prints it, in UTC and English, so that neither a change of the clock's zone nor of the locale alters it. */
export function macosStartTime(pid: number): string | undefined {
  try {
    const output = execFileSync("/bin/ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { LC_ALL: "C", TZ: "UTC0" },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5_000,
    });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}
