import { toPayload } from "./arguments.mjs";
import { fill, judge, sessionOf } from "./play.mjs";
import { Mismatch } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./play.mjs").Scene} Scene
 */

/** The producer's bounds: no more may be under way. */
const AHEAD = 1_024;
/** After so long without an item, in milliseconds, a producer has stopped. */
const QUIET_MS = 150;

/** Reads a stream of the process, to its end or for `take` items, and demands what it reads. @param {Message} step @param {Scene} scene */
export async function consume(step, scene) {
  const session = sessionOf(scene);
  const stream = scene.names.number(step.consume);
  if (step.demanded !== true) session.send({ stream_demands: [{ stream, items: 0 }] });
  /** @type {unknown[]} */
  const values = [];
  /** @type {Buffer[]} */
  let ranges = [];
  const take = step.take ?? Number.POSITIVE_INFINITY;
  while (values.length < take) {
    const event = await session.expect({ "?any": [{ item: { stream } }, { end: { stream } }] }, scene.names);
    if (event.end !== undefined) {
      judgeEnd(step, event.end, scene);
      break;
    }
    values.push(event.item.value);
    ranges = [...ranges, ...event.ranges];
    session.send({ stream_demands: [{ stream, items: 1 }] });
  }
  if (step.gives !== undefined) judge("the items", values, step.gives, scene, { exact: true, ranges });
  if (step.count !== undefined) judge("the number of items", values.length, step.count, scene);
}

/** @param {Message} step @param {Message} end @param {Scene} scene */
function judgeEnd(step, end, scene) {
  if (step.take !== undefined) throw new Mismatch(`the stream ended before its item ${step.take}`);
  if (step.fails === undefined && end.error !== undefined)
    throw new Mismatch(`the stream failed: ${JSON.stringify(end.error)}`);
  if (step.fails !== undefined) judge("the end of the stream", end.error, step.fails, scene);
}

/** Starts a stream, takes nothing, and counts what comes all the same. @param {Message} step @param {Scene} scene */
export async function flood(step, scene) {
  const session = sessionOf(scene);
  const stream = scene.names.number(step.flood);
  session.send({ stream_demands: [{ stream, items: 0 }] });
  await session.expect({ item: { stream } }, scene.names);
  const count = () => session.events.filter((event) => event.item?.stream === stream).length;
  for (let before = -1; before !== count(); ) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
  judge("the number of items that nobody took", count(), { "?min": 0, "?max": (step.atMost ?? AHEAD) - 1 }, scene);
}

/** Says that no more is wanted of a stream, or throws into it. @param {Message} step @param {Scene} scene */
export function close(step, scene) {
  const session = sessionOf(scene);
  const stream = scene.names.number(step.close);
  const error =
    step.error === undefined
      ? {}
      : { error: toPayload(fill(["$e", step.error, {}], scene), "inline", placeless(session)).payload };
  session.send({ stream_closes: [{ stream, ...error }] });
}

/** Sends items of a stream that the process was lent, and its end. @param {Message} step @param {Scene} scene */
export function produce(step, scene) {
  const session = sessionOf(scene);
  const stream = scene.names.number(step.produce);
  const items = /** @type {unknown[]} */ (fill(step.items ?? [], scene).root);
  const frame = items.length === 0 ? {} : { item_streams: items.map(() => stream), items: JSON.stringify(items) };
  const error =
    step.error === undefined
      ? {}
      : { error: toPayload(fill(["$e", step.error, {}], scene), "inline", placeless(session)).payload };
  session.send({
    ...frame,
    ...(step.ends === true || step.error !== undefined ? { stream_ends: [{ stream, ...error }] } : {}),
  });
}

/** @param {import("./session.mjs").HostSession} session */
const placeless = ({ next }) => ({ next, folder: "", version: undefined });
