// The interoperability tests of gRPC, against services that a module implements: the official client of grpc-go, and the cases
// about compression, which that one has not.
// usage: node scripts/interop.mjs [--target HOST:PORT|unix:///PATH] [--metadata NAME:VALUE]…; the last line is `N passed, N failed`
// Without a target, it starts what it asks: a process that serves the module, and a kernel with such a process.
import { parseArgs } from "node:util";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { COMPRESSION_CASES } from "./interop/compression-cases.mjs";
import { withFrontDoor } from "./interop/front-door.mjs";
import { ensureGoClient, runGoCase } from "./interop/go-client.mjs";
import { withTestService } from "./interop/test-service.mjs";
import { runStage } from "./run-stage.mjs";

/**
 * @typedef {object} Target
 * @property {string} address `host:port` or `unix:///path`
 * @property {Readonly<Record<string, string>>} metadata of every request
 */

/** The cases that need neither TLS, nor Google's credentials, nor a load balancer. */
const GO_CASES = [
  "empty_unary",
  "large_unary",
  "client_streaming",
  "server_streaming",
  "ping_pong",
  "empty_stream",
  "timeout_on_sleeping_server",
  "cancel_after_begin",
  "cancel_after_first_response",
  "status_code_and_message",
  "special_status_message",
  "custom_metadata",
  "unimplemented_method",
  "unimplemented_service",
  "pick_first_unary",
  "rpc_soak",
  "channel_soak",
];

/** How many clients `concurrent_large_unary` has. */
const CLIENTS = 10;

/**
 * Runs every case.
 *
 * @param {Target} target
 * @returns {Promise<import("./ci-counts.mjs").Counts>}
 */
export async function runInterop(target) {
  const client = await ensureGoClient();
  let counts = NOTHING;
  const report = (/** @type {string} */ name, /** @type {string} */ by, /** @type {string | undefined} */ failure) => {
    process.stdout.write(
      `${name.padEnd(30)} ${by.padEnd(10)} ${failure === undefined ? "ok" : `FAILED\n${failure}`}\n`,
    );
    counts = addCounts(counts, countOf(failure === undefined));
  };
  for (const name of GO_CASES) report(name, "grpc-go", await runGoCase(client, name, target));
  const many = await Promise.all(Array.from({ length: CLIENTS }, () => runGoCase(client, "large_unary", target)));
  report(
    "concurrent_large_unary",
    "grpc-go",
    many.find((failure) => failure !== undefined),
  );
  for (const [name, run] of COMPRESSION_CASES) {
    report(
      name,
      "node:http2",
      await run(target).then(
        () => undefined,
        (error) => String(error),
      ),
    );
  }
  return counts;
}

/**
 * The stage of `.ci/run`: straight to the socket of a process, and through the front door of a kernel. Needs Go, its module
 * proxy, and the built package.
 */
export async function interop() {
  process.stdout.write("straight to the process:\n");
  const straight = await withTestService(runInterop);
  process.stdout.write("through the front door:\n");
  return addCounts(straight, await withFrontDoor(runInterop));
}

async function main() {
  const options = /** @type {const} */ ({ target: { type: "string" }, metadata: { type: "string", multiple: true } });
  const { target, metadata = [] } = parseArgs({ options }).values;
  if (target === undefined) return interop();
  const entries = metadata.map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]);
  return runInterop({ address: target, metadata: Object.fromEntries(entries) });
}

await runStage(import.meta.url, main);
