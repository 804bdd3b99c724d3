import { BARE_NODE } from "../cases/start-up.mjs";
import { BARE_HANDLER } from "../cases/unary-invoke.mjs";
import { PEERS } from "../peers/index.mjs";
import { withStandby } from "../peers/process-isolation.mjs";

/** @type {ReadonlyMap<string, string>} */
const TITLES = new Map([
  ...PEERS.map(({ name, title }) => /** @type {[string, string]} */ ([name, title])),
  [withStandby.name, withStandby.title],
  [BARE_NODE, "node -e 0"],
  [BARE_HANDLER, "bare grpc-js handler"],
]);

/** What a name in the results is called in tables and charts. @param {string} name */
export function titleOf(name) {
  return TITLES.get(name) ?? name;
}
