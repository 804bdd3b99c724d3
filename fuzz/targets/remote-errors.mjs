import { fromRemoteError, toRemoteError } from "../../dist/src/codec/index.js";
import { decodeStatusDetails, encodeStatusDetails } from "../../dist/src/contract/index.js";
import { mutateBytes } from "../mutate/mutate-bytes.mjs";
import { mutateFields } from "../mutate/mutate-fields.mjs";
import { expectCleanPrototypes, tally } from "./target.mjs";

const THROWN = [
  Object.assign(new TypeError("wrong", { cause: new RangeError("deeper") }), { code: "E_X", extra: { a: [1, null] } }),
  new AggregateError([new Error("one"), new SyntaxError("two", { cause: { plain: true } })], "both"),
  { thrown: "this" },
];
const CORPUS = THROWN.map((error) => encodeStatusDetails(2, "failed", toRemoteError(error)));

/** @type {import("./target.mjs").Target} What a failed RPC carries: bytes that are no status are refused, every status makes an error. */
export const remoteErrors = {
  name: "remote errors",
  share: 2,
  perCase: 8,
  open: async () => ({
    make: (random) =>
      Array.from({ length: 8 }, () => random.pick([mutateBytes, mutateFields])(random, random.pick(CORPUS), CORPUS)),
    run(inputs) {
      const accepted = inputs.map(read);
      expectCleanPrototypes();
      return tally(accepted);
    },
  }),
};

/** @param {Buffer} bytes */
function read(bytes) {
  let remote;
  try {
    remote = decodeStatusDetails(bytes);
  } catch {
    return false;
  }
  if (remote === undefined) return false;
  fromRemoteError(remote, { stack: "Error\n    at here" });
  return true;
}
