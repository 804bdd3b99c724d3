import { GrpcSocket, openSessionRpc } from "./grpc.mjs";
import { expand, matches, Names } from "./pattern.mjs";
import { HostSession } from "./session.mjs";
import { featuresOf, Subject } from "./subject.mjs";
import { Mismatch, show } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./subject.mjs").Target} Target
 */

/** A process under trial, and the ways to it. */
export class Play {
  subject;
  /** @type {HostSession | undefined} */
  session;
  /** @type {GrpcSocket | undefined} */
  socket;
  /** @type {readonly string[]} */
  features = [];
  #target;
  #types;

  /** @param {Target} target @param {import("./protobuf.mjs").Types} types */
  constructor(target, types) {
    this.#target = target;
    this.#types = types;
    this.subject = new Subject(target);
  }

  /** Shakes hands and opens the ways. @param {Message} [go] fields of go that are not as usual */
  async start(go = {}) {
    const hello = await this.subject.start(go);
    this.features = featuresOf(hello);
    const { address, token, sessionOnDescriptor } = this.subject.go;
    if (address) this.socket = new GrpcSocket(address, this.#types);
    if (!this.features.includes("session")) return;
    this.session = new HostSession(this.#types, this.subject);
    if (sessionOnDescriptor) this.session.openDescriptor();
    else if (this.socket !== undefined) this.session.openRpc(openSessionRpc(this.socket, token));
  }

  /** The name of a module as calls use it. @param {string | undefined} name */
  module(name) {
    if (name === undefined) return this.#target.module;
    return name === "broken" ? (this.#target.brokenModule ?? "") : name;
  }

  /** Whether the process can go on with another scenario. */
  get isUsable() {
    return this.subject.exit === undefined && this.session?.over === undefined;
  }

  /** What a scenario needs while it runs. */
  begin() {
    if (this.session !== undefined) this.session.events = [];
    let last = 0;
    const next = this.session?.next ?? (() => ++last);
    const names = new Names(next, this.#target.module);
    return { play: this, names, labels: new Map(), playSteps: async (/** @type {readonly Message[]} */ _) => {} };
  }

  dispose() {
    this.socket?.close();
    this.subject.dispose();
  }
}

/** @typedef {ReturnType<Play["begin"]> & { labels: Map<string, any> }} Scene */

/** @param {Scene} scene @returns {HostSession} */
export function sessionOf({ play: { session } }) {
  if (session === undefined) throw new Mismatch("there is no Session");
  return session;
}

/** @param {Scene} scene @returns {GrpcSocket} */
export function socketOf({ play: { socket } }) {
  if (socket === undefined) throw new Mismatch("there is no socket");
  return socket;
}

/** Complains unless it is as the pattern says. @param {string} what @param {unknown} actual @param {unknown} pattern @param {Scene} scene @param {Parameters<typeof matches>[3]} [options] */
export function judge(what, actual, pattern, { names }, options = { exact: false }) {
  if (matches(actual, pattern, names, options)) return;
  throw new Mismatch(`${what} should be ${show(pattern)}; it is ${show(actual)}`);
}

/** @param {unknown} template @param {Scene} scene */
export const fill = (template, { names }) => expand(template, names);
