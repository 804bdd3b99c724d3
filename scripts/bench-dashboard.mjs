// npm run bench:dashboard [-- --isolates 50 --lines 1000 --seconds 10]: what a dashboard costs its host, and whether its page
// stays smooth, while many isolates write many lines.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBrowser } from "./browser.mjs";
import { prepareWorkspace } from "./prepare-workspace.mjs";

const TALKER = fileURLToPath(new URL("../test/fixtures/dashboard/talker.mjs", import.meta.url));

const { values } = parseArgs({
  options: {
    isolates: { type: "string", default: "50" },
    lines: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
  },
});
const [isolates, lines, seconds] = [values.isolates, values.lines, values.seconds].map(Number);

/** In the page: frames, and tasks of more than 50 ms, from now on. */
const WATCH = `(() => {
  const seen = (window.seen = { frames: [], longTasks: [] });
  let last = performance.now();
  const onFrame = (now) => {
    seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
  }).observe({ type: "longtask" });
})()`;

await prepareWorkspace();
const { Kernel } = await import("process-isolation/kernel");
const names = Array.from({ length: isolates ?? 0 }, (_, index) => `isolate-${String(index).padStart(2, "0")}`);
const kernel = await Kernel.start({
  name: "flooded",
  isolates: Object.fromEntries(names.map((name) => [name, { module: TALKER, essential: false }])),
});
const browser = await startBrowser();
try {
  process.stdout.write(`${names.length} isolates, ${lines} lines a second each, ${seconds} s\n`);
  report("no dashboard", await flood());
  const { url, close } = await kernel.dashboard();
  report("a dashboard, no page", await flood());
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(WATCH);
  report("a page", await flood());
  const { frames, longTasks } = /** @type {{ frames: number[], longTasks: number[] }} */ (
    await page.evaluate("window.seen")
  );
  const heap = /** @type {number} */ (await page.evaluate("performance.memory.usedJSHeapSize"));
  process.stdout.write(
    `  page: frames p50 ${part(frames, 0.5)} ms, p99 ${part(frames, 0.99)} ms, longest ${part(frames, 1)} ms; ` +
      `tasks over 50 ms: ${longTasks.length}, the longest ${part(longTasks, 1)} ms; heap ${(heap / 1e6).toFixed(0)} MB\n`,
  );
  await close();
} finally {
  await browser.close();
  await kernel.shutdown({ graceMs: 100 });
}

/** Lets all write, and measures this process meanwhile. */
async function flood() {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const perSecond = lines ?? 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  let written = 0;
  const count = (/** @type {{ type: string }} */ { type }) => {
    if (type === "stdout") written += 1;
  };
  kernel.events.on("isolate", count);
  delay.enable();
  for (const name of names) {
    const { api } = kernel.isolate(name);
    void (
      /** @type {{ flood(lines: number, perSecond: number): Promise<void> }} */ (/** @type {unknown} */ (api)).flood(
        perSecond * (seconds ?? 0),
        perSecond,
      )
    );
  }
  await new Promise((resolve) => setTimeout(resolve, (seconds ?? 0) * 1_000));
  delay.disable();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const measured = {
    written,
    ms,
    cpu: (user + system) / 1_000 / ms,
    p50: delay.percentile(50),
    p99: delay.percentile(99),
    max: delay.max,
  };
  // What is late is not part of the next measurement.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  kernel.events.off("isolate", count);
  return measured;
}

function report(
  /** @type {string} */ what,
  /** @type {Awaited<ReturnType<typeof flood>>} */ { written, ms, cpu, p50, p99, max },
) {
  const [half, most, longest] = [p50, p99, max].map((ns) => (ns / 1e6).toFixed(1));
  process.stdout.write(
    `${what.padEnd(22)} ${Math.round((written / ms) * 1_000)} lines/s, host ${(cpu * 100).toFixed(0)} % of a processor, ` +
      `event loop p50 ${half} ms, p99 ${most} ms, longest ${longest} ms\n`,
  );
}

/** The value that this part of them does not exceed. @param {readonly number[]} values @param {number} share */
function part(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0).toFixed(1);
}
