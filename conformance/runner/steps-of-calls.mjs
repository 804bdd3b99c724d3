import { asJson, toPayload } from "./arguments.mjs";
import { escaped } from "./payload.mjs";
import { fill, judge, sessionOf, socketOf } from "./play.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./play.mjs").Scene} Scene
 */

/** Makes a call, by the Session where there is one, and judges its answer where the step says what it should be. @param {Message} step @param {Scene} scene */
export async function call(step, scene) {
  const label = step.id ?? `call ${scene.labels.size}`;
  scene.labels.set(label, scene.play.session === undefined ? invoke(step, scene) : send(step, scene));
  if (["gives", "fails", "nothing"].some((name) => Object.hasOwn(step, name)))
    await answer({ ...step, answer: label }, scene);
}

/** Judges the answer of a call that was made before. @param {Message} step @param {Scene} scene */
export async function answer(step, scene) {
  const { id, rpc } = scene.labels.get(step.answer);
  const { ranges, ...event } =
    rpc === undefined ? await sessionOf(scene).expect({ answer: { id } }, scene.names) : await answerOfRpc(rpc, scene);
  const { value, error, nothing } = event.answer;
  const what = `the answer of ${step.call ?? step.answer}`;
  if (Object.hasOwn(step, "gives"))
    judge(what, error === undefined ? value : { error }, step.gives, scene, { exact: true, ranges });
  else if (step.fails !== undefined) judge(what, error ?? { value }, step.fails, scene);
  else if (value !== null) judge(what, nothing ?? event.answer, true, scene);
}

/** @param {Message} step @param {Scene} scene */
function send(step, scene) {
  const session = sessionOf(scene);
  const { handle, introductions } = session.handle(scene.play.module(step.module), step.call);
  const id = session.next();
  if (step.id?.startsWith("@")) scene.names.matches(step.id, id);
  const args = fill(step.args ?? [], scene);
  const json = step.by === undefined ? asJson(args) : undefined;
  const details = {
    ...(step.timeoutMs ? { timeout_ms: step.timeoutMs } : {}),
    ...(step.attempt ? { attempt: step.attempt } : {}),
    ...(step.trace ? { trace: step.trace } : {}),
  };
  const parts = { call_ids: [id], call_handles: [handle], ...(introductions.length > 0 ? { introductions } : {}) };
  if (json !== undefined) {
    const more = Object.keys(details).length > 0 ? { call_details: [{ index: 0, ...details }] } : {};
    session.send({ ...parts, call_args: JSON.stringify([json]), ...more });
    return { id };
  }
  const folder = String(scene.play.subject.go.sharedMemory ?? "");
  const { payload, chunks } = toPayload(args, step.by ?? "inline", {
    next: session.next,
    folder,
    version: step.version,
  });
  for (const chunk of chunks) session.send({ chunks: [chunk] });
  session.send({ ...parts, call_args: "[null]", call_details: [{ index: 0, args: payload, ...details }] });
  return { id };
}

/** @param {Message} step @param {Scene} scene */
function invoke(step, scene) {
  const args = asJson(fill(step.args ?? [], scene)) ?? [];
  const message = { module: scene.play.module(step.module), method: step.call, args };
  const authorization = [`Bearer ${scene.play.subject.token}`];
  return { rpc: socketOf(scene).request("Invoke", message, { authorization }).answer };
}

/** @param {import("./grpc.mjs").Answer} rpc @param {Scene} scene */
async function answerOfRpc(rpc, scene) {
  const { code, error, message } = await rpc.over(scene.play.subject.timeoutMs);
  const [first] = rpc.messages;
  const answered =
    code === 0 ? { value: escaped(first?.result ?? null) } : { error: error ?? { status: code, message } };
  return { answer: /** @type {Message} */ (answered), ranges: [] };
}

/** Answers a call of the process. @param {Message} step @param {Scene} scene */
export function reply(step, scene) {
  const session = sessionOf(scene);
  const id = scene.names.number(step.reply);
  if (step.error !== undefined) {
    const { payload } = toPayload(fill(["$e", step.error, {}], scene), "inline", {
      next: session.next,
      folder: "",
      version: 1,
    });
    session.send({ settlements: [{ id, error: payload }] });
  } else if (Object.hasOwn(step, "value")) {
    const value = fill(step.value, scene);
    const { payload } = toPayload(value, "inline", { next: session.next, folder: "", version: 1 });
    session.send({ settlements: [{ id, value: payload }] });
  } else session.send({ void_ids: [id] });
}

/** Cancels calls. @param {Message} step @param {Scene} scene */
export function cancel(step, scene) {
  sessionOf(scene).send({ cancels: [scene.labels.get(step.cancel).id] });
}
