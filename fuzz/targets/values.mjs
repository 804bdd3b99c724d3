import { decodeValue, encodeValue } from "../../dist/src/codec/index.js";
import { mutateValue, VALUES } from "../corpus/values.mjs";
import { randomBytes } from "../mutate/mutate-bytes.mjs";
import { acceptsOr, expectCleanPrototypes, tally } from "./target.mjs";

const HOOKS = {
  importReference: (/** @type {unknown} */ descriptor) => ({ standsFor: descriptor }),
  importBytes: () => Buffer.alloc(100),
  exportReference: () => undefined,
};

/** @type {import("./target.mjs").Target} The payloads of both sides. */
export const values = {
  name: "values",
  share: 30,
  perCase: 8,
  open: async () => ({
    make: (random) =>
      Array.from({ length: 8 }, () =>
        random.between(0, 63) === 0
          ? randomBytes(random, random.between(0, 64))
          : mutateValue(random, random.pick(VALUES)),
      ),
    run(inputs, random) {
      const accepted = inputs.map((bytes) => read(bytes, random.between(0, 1) === 0, random.between(0, 3) === 0));
      expectCleanPrototypes();
      return tally(accepted);
    },
  }),
};

/** @param {Buffer} bytes @param {boolean} withHooks @param {boolean} andBack whether what was accepted is also encoded */
function read(bytes, withHooks, andBack) {
  /** @type {unknown} */
  let value;
  const isAccepted = acceptsOr(() => {
    value = decodeValue(bytes, withHooks ? HOOKS : {});
  }, "PROTOCOL");
  if (isAccepted && andBack) acceptsOr(() => encodeValue(value), "NOT_SERIALIZABLE");
  return isAccepted;
}
