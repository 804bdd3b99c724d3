import type { JSX } from "preact";
import type { Point } from "../../../src/kernel/dashboard/messages.js";

interface SparklineProps {
  readonly points: readonly Point[];
  readonly of: keyof Point;
  readonly width: number;
  readonly height: number;
  /** Seconds that fill the width, a point each; at most two minutes. */
  readonly seconds: number;
  /** What the upper edge stands for at least. */
  readonly least: number;
}

/** A number over the last time. What it says is also said in text beside it. */
export function Sparkline({ points, of, width, height, seconds, least }: SparklineProps): JSX.Element {
  const values = points.slice(-seconds).map((point) => point[of]);
  const top = Math.max(least, ...values.map((value) => value ?? 0)) * 1.08;
  const step = width / (seconds - 1);
  const lines = runsOf(values).map((run) =>
    run.map(({ index, value }) => {
      const x = width - (values.length - 1 - index) * step;
      return `${x.toFixed(1)} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`;
    }),
  );
  const first = (line: readonly string[]): string => line[0]?.split(" ")[0] ?? "0";
  const last = (line: readonly string[]): string => line.at(-1)?.split(" ")[0] ?? "0";
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path
        class="area"
        d={lines.map((line) => `M${first(line)} ${height}L${line.join("L")}L${last(line)} ${height}Z`).join("")}
      />
      <path class="line" d={lines.map((line) => `M${line.join("L")}`).join("")} />
    </svg>
  );
}

interface Known {
  readonly index: number;
  readonly value: number;
}

/** Where nothing was known, the line is broken. */
function runsOf(values: readonly (number | null)[]): Known[][] {
  const runs: Known[][] = [];
  let run: Known[] | undefined;
  values.forEach((value, index) => {
    if (value === null) {
      run = undefined;
      return;
    }
    if (run === undefined) {
      run = [];
      runs.push(run);
    }
    run.push({ index, value });
  });
  return runs;
}
