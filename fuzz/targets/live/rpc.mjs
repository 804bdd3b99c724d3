import * as requests from "../../../dist/src/contract/gen/pihost/v1/host_service.js";
import { SessionFrame, wrapFrame } from "../../../dist/src/contract/index.js";
import { LIBRARY } from "../../corpus/conversation.mjs";
import { mutateBytes } from "../../mutate/mutate-bytes.mjs";
import { mutateFields } from "../../mutate/mutate-fields.mjs";
import { mutateFrame, smallFrames, toMessage } from "../frames.mjs";
import { tally } from "../target.mjs";
import { GrpcClient } from "./grpc-client.mjs";
import { Subject } from "./subject.mjs";

/** @typedef {import("../../../chaos/random.mjs").Random} Random */

const AT_ONCE = 24;
const FRAMES_PER_STREAM = 6;
const SERVICE = "/pihost.v1.HostService/";

/** @param {{ encode(message: never): { finish(): Uint8Array }, fromPartial(message: never): unknown }} codec @param {object} message */
const encode = (codec, message) =>
  Buffer.from(codec.encode(/** @type {never} */ (codec.fromPartial(/** @type {never} */ (message)))).finish());
const deep = { a: [1, "two", null, { b: [true, { c: [[[]]] }] }] };
/** Requests that are as they should be. Shutdown is asked for without the token only. */
export const REQUESTS = [
  ["Invoke", encode(requests.InvokeRequest, { module: LIBRARY, method: "add", args: [1, 2] })],
  ["Invoke", encode(requests.InvokeRequest, { module: LIBRARY, method: "echo", args: [deep] })],
  ["Invoke", encode(requests.InvokeRequest, { module: LIBRARY, method: "fail", args: ["on purpose"] })],
  ["Status", encode(requests.StatusRequest, {})],
  ["Watch", encode(requests.WatchRequest, { interval: { seconds: 1, nanos: 5 } })],
  ["SetData", encode(requests.SetDataRequest, { name: "one", value: deep })],
  ["GetData", encode(requests.GetDataRequest, { name: "one" })],
].map(([method, body]) => ({ path: `${SERVICE}${method}`, body: /** @type {Buffer} */ (body) }));
const BODIES = REQUESTS.map(({ body }) => body);
const OTHERS = [
  "/grpc.health.v1.Health/Check",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/a/b",
  "/",
];

/** @type {import("../target.mjs").Target} Requests to the socket of an isolate, a few with another token. */
export const rpc = {
  name: "rpc bodies, live",
  share: 2,
  perCase: AT_ONCE,
  open: () => openClient(makeRequest, (client, input) => client.ask(input.path, input.body, input.token)),
};

/** @type {import("../target.mjs").Target} The RPC Session, whose frames are strange. */
export const rpcSession = {
  name: "rpc Session, live",
  share: 1.5,
  perCase: AT_ONCE,
  async open() {
    const corpus = await smallFrames();
    const ping = wrapFrame(SessionFrame.encode(SessionFrame.fromPartial({ ping: 1 })).finish());
    const make = (/** @type {Random} */ random) => {
      const frames = Array.from({ length: FRAMES_PER_STREAM }, () =>
        random.between(0, 2) === 0 ? random.pick(corpus) : mutateFrame(random, corpus),
      );
      const body = Buffer.concat(frames.map((frame) => toMessage(wrapFrame(frame))));
      return { path: `${SERVICE}Session`, body, token: undefined };
    };
    return openClient(make, (client, { path, body }) => client.ask(path, Buffer.concat([body, toMessage(ping)])));
  },
};

/** @typedef {{ path: string, body: Buffer, token: string | undefined }} Request */

/**
 * @param {(random: Random) => Request} make
 * @param {(client: GrpcClient, request: Request) => Promise<boolean>} send
 * @returns {Promise<import("../target.mjs").Fuzzer>}
 */
async function openClient(make, send) {
  const subject = await Subject.open();
  const { pid } = subject.isolator;
  let client = new GrpcClient(subject.live);
  return {
    make: (random) => Array.from({ length: AT_ONCE }, () => Buffer.from(JSON.stringify(toPlain(make(random))))),
    async run(inputs) {
      if (!client.isOpen) client = new GrpcClient(subject.live);
      const accepted = await Promise.all(inputs.map((input) => send(client, fromPlain(input))));
      await subject.expectAlive();
      if (subject.isolator.pid !== pid) throw new Error("the isolate was restarted");
      return tally(accepted);
    },
    async close() {
      client.close();
      await subject.close();
    },
  };
}

/** @param {Random} random @returns {Request} */
function makeRequest(random) {
  const { path, body } = random.pick(REQUESTS);
  const mutate = random.pick([mutateBytes, mutateFields, mutateFields]);
  const message = toMessage(mutate(random, body, BODIES));
  const whole = random.between(0, 7) === 0 ? mutateBytes(random, message, BODIES) : message;
  switch (random.between(0, 15)) {
    case 0:
      return { path: `${SERVICE}Shutdown`, body: whole, token: "0".repeat(64) };
    case 1:
      return { path, body: whole, token: "" };
    case 2:
      return { path: random.pick(OTHERS), body: whole, token: undefined };
    default:
      return { path, body: whole, token: undefined };
  }
}

/** As an input of a case is: bytes. @param {Request} request */
function toPlain({ path, body, token }) {
  return { path, body: body.toString("base64"), token };
}

/** @param {Buffer} input @returns {Request} */
function fromPlain(input) {
  const { path, body, token } = JSON.parse(input.toString());
  return { path, body: Buffer.from(body, "base64"), token };
}
