import { use } from "process-isolation/pihost";
import { callsPerSecond, loneMicroseconds } from "./load.mjs";

/** @type {import("process-isolation/pihost").Remote<typeof import("./store.mjs")>} */
const store = use("store");
/** @type {import("./load.mjs").Add} */
const add = (a, b) => store.add(a, b);

/** @param {number} count */
export const lone = (count) => loneMicroseconds(add, count);
/** @param {number} count @param {number} concurrency */
export const many = (count, concurrency) => callsPerSecond(add, count, concurrency);
