import { CALLBACK_CALLS } from "./callbacks.mjs";
import { DATA_CALLS } from "./data.mjs";
import { GIVEN_UP_CALLS } from "./given-up.mjs";
import { LARGE_CALLS } from "./large.mjs";
import { PLAIN_CALLS } from "./plain.mjs";
import { STREAM_CALLS } from "./streams.mjs";

/** Every kind of call that the load is made of. */
export const CALL_KINDS = [
  ...PLAIN_CALLS,
  ...GIVEN_UP_CALLS,
  ...STREAM_CALLS,
  ...CALLBACK_CALLS,
  ...LARGE_CALLS,
  ...DATA_CALLS,
];
