import { statSync } from "node:fs";
import { prefixed } from "./framing.mjs";
import { fill, judge, sessionOf, socketOf } from "./play.mjs";
import { Mismatch, show } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./play.mjs").Scene} Scene
 */

/** Waits for a line on descriptor 3. @param {Message} step @param {Scene} scene */
export async function line(step, scene) {
  const [[kind = "", pattern] = []] = Object.entries(step.line);
  judge(`the line ${kind}`, await scene.play.subject.line(kind), pattern, scene);
}

/** Judges facts about the hello. @param {Message} step @param {Scene} scene */
export async function hello(step, scene) {
  const { subject } = scene.play;
  const said = await subject.line("hello");
  judge("hello", said, step.hello, scene);
  judge("hello.pid", said.pid, subject.pid, scene);
}

/** Answers the hello. @param {Message} step @param {Scene} scene */
export async function go(step, scene) {
  const { subject } = scene.play;
  const said = subject.goFor(await subject.line("hello"), step.go);
  const text = `${JSON.stringify({ go: said })}\n`;
  if (step.inPieces !== true) return void subject.descriptor(3).write(text);
  for (const part of text.match(/.{1,7}/gsu) ?? []) {
    await new Promise((resolve) => subject.descriptor(3).write(part, resolve));
  }
  return undefined;
}

/** Writes text on descriptor 3. @param {Message} step @param {Scene} scene */
export async function write(step, scene) {
  await scene.play.subject.line("hello");
  scene.play.subject.descriptor(3).write(step.write);
}

/** Ends a descriptor, as the death of the host would. @param {Message} step @param {Scene} scene */
export async function sever(step, scene) {
  await scene.play.subject.line("hello");
  scene.play.subject.descriptor(step.sever).destroy();
}

/** The process ends so. @param {Message} step @param {Scene} scene */
export async function exit(step, scene) {
  judge("the end of the process", await scene.play.subject.ended(), step.exit, scene);
}

/** What the process has written, or will have. @param {"stdout" | "stderr"} name */
export const output = (name) => async (/** @type {Message} */ step, /** @type {Scene} */ scene) => {
  const { subject } = scene.play;
  const holds = () => (step[name] === "" ? subject[name] === "" : subject[name].includes(step[name])) || undefined;
  await subject.watch.until(
    holds,
    subject.timeoutMs,
    () => `${name} should have ${show(step[name])}; it has ${show(subject[name])}`,
  );
};

/** The Session is over, or the process is, or, if the step allows that, something else comes. @param {Message} step @param {Scene} scene */
export async function sessionEnds(step, scene) {
  const session = sessionOf(scene);
  const { subject } = scene.play;
  const isOver = () => {
    if (session.over !== undefined || subject.exit !== undefined) return true;
    return step.or !== undefined && session.find(step.or, scene.names) !== undefined ? true : undefined;
  };
  await Promise.race(
    [subject, session].map(({ watch }) =>
      watch.until(isOver, subject.timeoutMs, () => `the Session goes on; there were ${show(session.events)}`),
    ),
  );
}

/** Sends a frame as it stands. @param {Message} step @param {Scene} scene */
export function send(step, scene) {
  sessionOf(scene).send(/** @type {Message} */ (fill(step.send, scene).root));
}

/** Writes bytes on descriptor 4: a message's, or with `raw` what is none. @param {Message} step @param {Scene} scene */
export function bytes(step, scene) {
  const content = /** @type {Buffer} */ (fill({ "?hex": step.bytes }, scene).root);
  scene.play.subject.descriptor(4).write(step.raw === true ? content : prefixed(content));
}

/** Waits for something that the process says. @param {Message} step @param {Scene} scene */
export async function expect(step, scene) {
  await sessionOf(scene).expect(step.expect, scene.names);
}

/** After all that was sent has been handled, this has not come. @param {Message} step @param {Scene} scene */
export async function never(step, scene) {
  const session = sessionOf(scene);
  const ping = session.next();
  session.send({ ping });
  await session.expect({ pong: ping }, scene.names);
  const found = session.find(step.never, scene.names);
  if (found !== undefined) throw new Mismatch(`${show(step.never)} should never come; it did`);
}

/** All of these come, in this order. @param {Message} step @param {Scene} scene */
export async function inOrder(step, scene) {
  const session = sessionOf(scene);
  const places = [];
  for (const pattern of step.inOrder) places.push((await session.expect(pattern, scene.names)).at);
  judge(
    "the order in which they came",
    places,
    places.toSorted((left, right) => left - right),
    scene,
  );
}

/** @param {Message} step @param {Scene} scene */
export async function rpc(step, scene) {
  const { token, timeoutMs } = scene.play.subject;
  const authorization = (step.tokens ?? ["right"]).map(
    (/** @type {string} */ each) => `Bearer ${{ right: token, wrong: "0".repeat(64), empty: "" }[each]}`,
  );
  const message = fill(step.message ?? {}, scene).root;
  const named =
    step.rpc === "Invoke" ? { module: scene.play.module(undefined), .../** @type {Message} */ (message) } : message;
  const { answer, stream } = socketOf(scene).request(step.rpc, /** @type {Message} */ (named), {
    authorization,
    path: step.path,
  });
  if (step.take !== undefined) {
    judge(`the messages of ${step.rpc}`, await answer.atLeast(step.take, timeoutMs), step.gives, scene);
    return stream.close();
  }
  await scene.playSteps(step.meanwhile ?? []);
  const { code, error, ...rest } = await answer.over(timeoutMs);
  judge(`the status of ${step.rpc}`, { code, ...rest, error }, { code: step.status ?? 0 }, scene);
  if (step.gives !== undefined) judge(`the answer of ${step.rpc}`, answer.messages[0], step.gives, scene);
  if (step.error !== undefined) judge(`the error of ${step.rpc}`, error, step.error, scene);
  if (code !== 0) judge(`the bytes of the trailers of ${step.rpc}`, rest.trailerBytes, { "?max": 8191 }, scene);
  return undefined;
}

/** The mode of the socket file. @param {Message} step @param {Scene} scene */
export function socketMode(step, scene) {
  judge(
    "the mode of the socket",
    (statSync(scene.play.subject.go.address).mode & 0o777).toString(8),
    step.socketMode,
    scene,
  );
}

/** Resolves when the process is ready. @param {Message} _ @param {Scene} scene */
export async function ready(_, scene) {
  await scene.play.subject.line("ready");
}
