import { handshakeLine, parseHandshakeFromHost, parseHandshakeFromProcess } from "../../dist/src/contract/index.js";
import { mutateBytes } from "../mutate/mutate-bytes.mjs";
import { mutateJson } from "../mutate/mutate-json.mjs";
import { expectCleanPrototypes, tally } from "./target.mjs";

const MESSAGES = /** @type {readonly NonNullable<Parameters<typeof handshakeLine>[0]>[]} */ ([
  {
    $case: "hello",
    value: {
      ...{ protocol: 2, oldestProtocol: 1, pid: 7, runtime: "node v24", version: "1.0" },
      ...{ sessionOnDescriptor: true, sharedMemory: true, features: ["session", "payloads"], values: ["date"] },
    },
  },
  { $case: "ready", value: {} },
  { $case: "debugger", value: { url: "ws://127.0.0.1:9229/x" } },
  { $case: "stopping", value: { reason: "done" } },
  {
    $case: "go",
    value: {
      ...{ protocol: 1, token: "ab", address: "/tmp/s", isolate: "one", generation: 1, from: "/tmp", debug: false },
      ...{ sharedMemory: "", sessionOnDescriptor: true, deniedPermissions: ["net", "fs.read:/etc"] },
      ...{ features: ["session"], hostVersion: "1.0", maxPayload: 1024 },
    },
  },
]);
/** What processes and hosts say to each other. */
export const LINES = MESSAGES.map((message) => Buffer.from(handshakeLine(message).trim()));

/** One line, without its end. @param {import("../../chaos/random.mjs").Random} random */
export function mutateLine(random) {
  const line = random.pick(LINES);
  if (random.between(0, 2) === 0) return mutateBytes(random, line, LINES);
  return Buffer.from(mutateJson(random, JSON.parse(line.toString())));
}

/** @type {import("./target.mjs").Target} A line that is none counts for nothing: no reader throws. */
export const handshake = {
  name: "handshake lines",
  share: 8,
  perCase: 8,
  open: async () => ({
    make: (random) => Array.from({ length: 8 }, () => mutateLine(random)),
    run(inputs) {
      const accepted = inputs.map((bytes) => {
        const line = bytes.toString();
        const read = [parseHandshakeFromHost(line), parseHandshakeFromProcess(line)];
        return read.some((message) => message !== undefined);
      });
      expectCleanPrototypes();
      return tally(accepted);
    },
  }),
};
