import { fileURLToPath } from "node:url";

const module = fileURLToPath(new URL("node.mjs", import.meta.url));

/** Who uses whom: four levels. */
export const USES = {
  store: [],
  cache: [],
  prices: ["store", "cache"],
  stock: ["store"],
  orders: ["prices", "stock"],
  search: ["prices", "cache"],
  shop: ["orders", "search"],
  admin: ["orders", "stock"],
};

/** @typedef {keyof typeof USES} Name */

export const NAMES = /** @type {readonly Name[]} */ (Object.keys(USES));

/** Never exhausted: deaths are what the run is about. */
const FOR_EVER = { maxRestarts: 1_000_000, withinMs: 1_000 };

/** @param {Name} name @param {string} witness the file in which it writes down what it runs */
function isolate(name, witness) {
  return {
    module,
    uses: Object.fromEntries(USES[name].map((used) => [used, ["work", "count"]])),
    data: { node: { name, witness } },
  };
}

/** Eight isolates in groups of all three strategies. @param {string} witness */
export function manifest(witness) {
  const those = (/** @type {readonly Name[]} */ ...names) =>
    Object.fromEntries(names.map((name) => [name, isolate(name, witness)]));
  return {
    name: "chaos",
    supervision: { ...FOR_EVER, strategy: "one-for-one" },
    isolates: those("shop", "admin"),
    groups: {
      data: { supervision: { ...FOR_EVER, strategy: "one-for-one" }, isolates: those("store", "cache") },
      catalog: {
        supervision: { ...FOR_EVER, strategy: "rest-for-one" },
        isolates: those("prices", "stock"),
        groups: {
          front: { supervision: { ...FOR_EVER, strategy: "one-for-all" }, isolates: those("orders", "search") },
        },
      },
    },
  };
}
