import { once } from "node:events";
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AnswerBytes, AnswerRoom } from "../../src/channel/answer-bytes.js";
import { InvokeSession } from "../../src/channel/invoke-session.js";
import { InvokeResponse } from "../../src/contract/gen/pihost/v1/host_service.js";
import { BUDGET } from "../../src/session/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { prefixed } from "../session/lane-messages.js";

const HELD = 1024 * 1024;

/** A session with a server that leaves it to the test what it answers. */
async function useSession(): Promise<{ call: () => Promise<unknown>; calls: ServerHttp2Stream[] }> {
  const address = join(useDirectory(), "s");
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  const calls: ServerHttp2Stream[] = [];
  server.on("session", (session) => sessions.push(session));
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    calls.push(stream);
  });
  await once(server.listen(address), "listening");
  const budget = { ...BUDGET, held: HELD };
  const session = await InvokeSession.connect(address, "token", 5_000, { budget, onLost: () => {} });
  onTestFinished(() => {
    session.close(new Error("the test is over"));
    for (const each of sessions) each.destroy();
    server.close();
  });
  const target = { kind: "module", module: "any", method: "any" } as const;
  const call = (): Promise<unknown> =>
    new Promise((resolve, reject) => session.call(target, [], { callSite: {}, resolve, reject }));
  return { call, calls };
}

const answer = (result: unknown): Buffer =>
  prefixed(Buffer.from(InvokeResponse.encode(InvokeResponse.fromPartial({ result })).finish()));

test("answers under way share what is held for a process; one that ends makes room", async () => {
  const { call, calls } = await useSession();
  const text = "x".repeat(400 * 1024);
  const first = call();
  await until(() => calls.length === 1);
  calls[0]?.write(answer(text).subarray(0, -1));
  const others = [call(), call()].map((each) => isolationError(each));
  await until(() => calls.length === 3);
  for (const stream of calls.slice(1)) stream.write(answer(text).subarray(0, -1));
  const refused = await Promise.race(others);
  expect(refused).toMatchObject({
    code: "PROTOCOL",
    message: expect.stringContaining(`${HELD} bytes, its budget.held`),
  });
  calls[0]?.end(answer(text).subarray(-1));
  expect(await first).toBe(text);
  const next = call();
  await until(() => calls.length === 4);
  calls[3]?.end(answer(text));
  expect(await next).toBe(text);
});

test("an answer in pieces keeps none of them", () => {
  const room = new AnswerRoom(HELD);
  const bytes = new AnswerBytes(room);
  for (let value = 0; value < 10_000; value += 1) {
    const piece = Buffer.of(value % 251);
    expect(bytes.add(piece)).toBe(true);
    piece.fill(255);
  }
  expect(bytes.release()).toEqual(Buffer.from(Array.from({ length: 10_000 }, (_, value) => value % 251)));
  expect(room.take(HELD)).toBe(true);
});
