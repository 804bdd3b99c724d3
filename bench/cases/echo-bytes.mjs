import { randomFillSync } from "node:crypto";
import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { millisecondsEach, steadyWork } from "../measure/steady-work.mjs";
import { withConnections } from "../measure/with-connections.mjs";
import { formatBytes } from "../report/format.mjs";

const MEGABYTE = 1e6;

/** @type {import("./case.mjs").Case} */
export const echoBytes = {
  name: "echo-bytes",
  title: "Bytes there and back by size",
  work: "a function that returns the buffer it is given, one call at a time; MB/s is what moves in each direction while it moves",
  chart: "lines",
  run: ({ effort, peers }) =>
    withConnections(peers, async (connections) => {
      const series = [];
      for (const size of effort.sizes) {
        const entries = connections.flatMap(({ name, connection }) =>
          connection.echo === undefined ? [] : [{ name, ...echoing(connection.echo, size, effort) }],
        );
        const { samples, failures } = await interleave(entries, effort.rounds);
        const variant = formatBytes(size);
        series.push(
          { case: "echo-bytes", variant, unit: "ms", better: /** @type {const} */ ("lower"), samples, failures },
          {
            case: "echo-bytes",
            variant,
            x: size,
            unit: "MB/s each way",
            better: /** @type {const} */ ("higher"),
            samples: throughput(samples, size),
            failures,
          },
        );
      }
      return series;
    }),
};

/** @param {(bytes: Buffer) => Promise<Uint8Array>} echo @param {number} size @param {import("../measure/effort.mjs").Effort} effort */
function echoing(echo, size, effort) {
  // Not from Buffer's pool: a structured clone would copy the whole pool.
  const bytes = randomFillSync(Buffer.allocUnsafeSlow(size));
  /** @type {Uint8Array} */
  let last = new Uint8Array();
  const work = steadyWork(
    async (amount) => {
      for (let index = 0; index < amount; index += 1) {
        // Each payload differs from the one before it, so that an old one cannot pass for it.
        bytes.writeUInt32LE(index, size - 4);
        last = await echo(bytes);
        expectSame(last.length, size, "length of the echo");
      }
    },
    effort,
    millisecondsEach,
  );
  const measure = async () => {
    const sample = await work.measure();
    expectSame(bytes.equals(last), true, "the echo is what was sent");
    return sample;
  };
  return { warmUp: work.warmUp, measure };
}

/** Both ways move `size` bytes, each in about half of the time. @param {Record<string, number[]>} samples @param {number} size */
function throughput(samples, size) {
  return Object.fromEntries(
    Object.entries(samples).map(([name, times]) => [name, times.map((ms) => (2 * size * 1000) / ms / MEGABYTE)]),
  );
}
