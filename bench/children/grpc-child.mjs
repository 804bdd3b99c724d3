// The child of the grpc-js peers: WorkService, and a bare HostService.Invoke that is nothing but its codec and a call.
import { once } from "node:events";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { HostServiceService } from "../../dist/src/contract/service.js";
import * as work from "./work.mjs";
import { WITHOUT_SIZE_LIMIT, WorkService } from "./work-service.mjs";

/** @typedef {(error: object | null, response?: unknown) => void} Done */
/** @typedef {import("@grpc/grpc-js").ServerWritableStream<any, any>} Stream */

/** @param {Stream} call @param {AsyncIterable<unknown>} source */
async function stream(call, source) {
  for await (const message of source) if (!call.write(message)) await once(call, "drain");
  call.end();
}

async function* wrapped(/** @type {AsyncIterable<Buffer>} */ chunks) {
  for await (const bytes of chunks) yield { bytes };
}

const server = new Server(WITHOUT_SIZE_LIMIT);
server.addService(WorkService.service, {
  add: (/** @type {any} */ { request }, /** @type {Done} */ done) =>
    done(null, { sum: work.add(request.a, request.b) }),
  echo: (/** @type {any} */ { request }, /** @type {Done} */ done) => done(null, { bytes: work.echo(request.bytes) }),
  items: (/** @type {Stream} */ call) => stream(call, work.items(call.request.count)),
  chunks: (/** @type {Stream} */ call) => stream(call, wrapped(work.chunks(call.request.count, call.request.size))),
});
server.addService(/** @type {any} */ (HostServiceService), {
  ...Object.fromEntries(Object.keys(HostServiceService).map((name) => [name, unimplemented])),
  invoke: (/** @type {any} */ { request }, /** @type {Done} */ done) => {
    const { method, args } = request;
    done(null, { result: /** @type {Record<string, Function>} */ (work)[method]?.(...args) });
  },
});

function unimplemented(/** @type {unknown} */ _call, /** @type {Done} */ done) {
  done({ code: status.UNIMPLEMENTED, details: "not part of the benchmark" });
}

server.bindAsync(/** @type {string} */ (process.argv[2]), ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  process.send?.("ready");
});
process.on("disconnect", () => process.exit());
