import { Play } from "./play.mjs";
import * as calls from "./steps-of-calls.mjs";
import * as processes from "./steps-of-processes.mjs";
import * as streams from "./steps-of-streams.mjs";
import { Mismatch, show } from "./wait.mjs";

/**
 * @typedef {import("./play.mjs").Scene} Scene
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {object} Scenario
 * @property {string} name the theme and what is so, the same for ever: lists of known failures have it
 * @property {string[]} needs features that the hello must have
 * @property {string[]} values kinds of values that the hello must have
 * @property {boolean} needsBroken whether it needs the module that cannot be loaded
 * @property {boolean} own whether it has a process of its own, which is not spoken to before its first step
 * @property {boolean} fresh whether it has a process of its own, with which hands are shaken
 * @property {Message} go fields of go that are not as usual; such a scenario is `fresh`
 * @property {Message[]} steps
 */

/** @type {Record<string, (step: Message, scene: Scene) => unknown>} */
const VERBS = {
  ...{ call: calls.call, answer: calls.answer, reply: calls.reply, cancel: calls.cancel },
  ...{ consume: streams.consume, flood: streams.flood, close: streams.close, produce: streams.produce },
  ...{ hello: processes.hello, go: processes.go, write: processes.write, line: processes.line, ready: processes.ready },
  ...{
    sever: processes.sever,
    exit: processes.exit,
    stdout: processes.output("stdout"),
    stderr: processes.output("stderr"),
  },
  ...{ send: processes.send, bytes: processes.bytes, expect: processes.expect, never: processes.never },
  ...{
    inOrder: processes.inOrder,
    sessionEnds: processes.sessionEnds,
    rpc: processes.rpc,
    socketMode: processes.socketMode,
  },
};

/**
 * Plays a scenario with a process.
 * @param {Scenario} scenario @param {Play} play
 * @returns {Promise<string | undefined>} what is wrong
 */
export async function playScenario({ own, go, steps }, play) {
  try {
    if (!own && play.features.length === 0) await play.start(go);
  } catch (error) {
    return `start: ${explain(error)}`;
  }
  const scene = play.begin();
  scene.playSteps = async (inner) => {
    for (const step of inner) await act(step, scene);
  };
  for (const [index, step] of steps.entries()) {
    try {
      await act(step, scene);
    } catch (error) {
      return `step ${index + 1}, ${show(step)}: ${explain(error)}`;
    }
  }
  return undefined;
}

/** @param {Message} step @param {Scene} scene */
async function act(step, scene) {
  const [verb = ""] = Object.keys(step);
  const play = VERBS[verb];
  if (play === undefined) throw new Error(`there is no step ${verb}; there are ${Object.keys(VERBS).join(", ")}`);
  await play(step, scene);
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Mismatch) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
