import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { DOOR_TIMES } from "../../../src/kernel/routing/bounds.js";
import { readDocument, rowsOf, sectionOf } from "../../docs/markdown.js";
import { block, frame, PREFACE, RawClient, request } from "../../fixtures/routing/raw-client.js";
import { type TestDoor, useDoor } from "../../fixtures/routing/use-door.js";
import { useCertificate } from "../../helpers/use-certificate.js";

const [DATA, HEADERS, SETTINGS, PING] = [0, 1, 4, 6];
const END_HEADERS = 4;
const ACK = 1;
const CALM = 11;
const GREETING = Buffer.concat([PREFACE, frame(SETTINGS, 0, 0)]);

const SHORT = { greetingMs: 150, strangerMs: 300, lookMs: 100 };
const LONG = 60_000;

async function useServingDoor(times: Partial<typeof SHORT>): Promise<TestDoor> {
  const door = await useDoor({ times: { greetingMs: LONG, strangerMs: LONG, lookMs: LONG, ...times } });
  await door.isolates.start("store");
  return door;
}

/** Whoever else calls is served, and was not cut off. */
async function others({ client }: TestDoor): Promise<void> {
  const { message } = await client().unary("Echo", Buffer.from("beside"));
  expect(message?.toString()).toBe("beside");
}

test.each([
  ["nothing", Buffer.alloc(0)],
  ["half of the first words of HTTP/2", PREFACE.subarray(0, 12)],
])("who says %s is cut off after the time for a greeting", async (_, greeting) => {
  const door = await useServingDoor({ greetingMs: SHORT.greetingMs });
  const raw = await RawClient.to(door.door.socket, greeting);
  expect(await raw.goaway()).toBe(CALM);
  await others(door);
});

test("who does not begin with TLS is cut off after the time for a greeting", async () => {
  const { cert, key } = useCertificate();
  const listen = { host: "127.0.0.1", port: 0, tls: { cert, key } };
  const times = { greetingMs: SHORT.greetingMs, strangerMs: LONG, lookMs: LONG };
  const { door } = await useDoor({ listen, times });
  const socket = connect(door.address?.port ?? 0, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "close");
});

test.each([
  ["first settings", Buffer.alloc(0)],
  ["head", Buffer.concat([frame(SETTINGS, 0, 0), Buffer.from([0, 0, 8, PING])])],
  ["payload", Buffer.concat([frame(SETTINGS, 0, 0), frame(PING, 0, 0, Buffer.alloc(8)).subarray(0, 12)])],
  ["block of fields", Buffer.concat([frame(SETTINGS, 0, 0), frame(HEADERS, 0, 1, block({ ":method": "POST" }))])],
])("who does not finish a frame, its %s, is cut off at the second look", async (_, unfinished) => {
  const door = await useServingDoor({ lookMs: SHORT.lookMs });
  const raw = await RawClient.to(door.door.socket, Buffer.concat([PREFACE, unfinished]));
  expect(await raw.goaway()).toBe(CALM);
  await others(door);
});

test("who has a token is cut off, too, in the midst of a frame", async () => {
  const door = await useServingDoor({ lookMs: SHORT.lookMs });
  const raw = await RawClient.to(door.door.socket);
  raw.write(frame(HEADERS, END_HEADERS, 1, request("/test.v1.Echo/Hang", door.token)));
  raw.write(frame(DATA, 0, 1, Buffer.alloc(100)).subarray(0, 20));
  expect(await raw.goaway()).toBe(CALM);
  await others(door);
});

test.each([
  ["sends no request", []],
  ["shows a wrong token", [frame(HEADERS, END_HEADERS | 1, 1, request("/test.v1.Echo/Echo", "wrong"))]],
  ["only pings", [frame(PING, 0, 0, Buffer.alloc(8))]],
])("who %s is cut off after the time for strangers", async (_, frames) => {
  const door = await useServingDoor({ strangerMs: SHORT.strangerMs, lookMs: SHORT.lookMs });
  const raw = await RawClient.to(door.door.socket, Buffer.concat([GREETING, frame(SETTINGS, ACK, 0), ...frames]));
  expect(await raw.goaway()).toBe(CALM);
  await others(door);
});

test("who has shown a token may be silent for as long as it likes, with a request that runs and without", async () => {
  const door = await useServingDoor(SHORT);
  const raw = await RawClient.to(door.door.socket);
  raw.write(frame(HEADERS, END_HEADERS, 1, request("/test.v1.Echo/Hang", door.token)));
  // Cut off after all that time, as a stranger that came after it.
  for (let strangers = 0; strangers < 2; strangers += 1) await (await RawClient.to(door.door.socket)).goaway();
  expect(raw.isClosed).toBe(false);
  raw.write(frame(PING, 0, 0, Buffer.from("are here")));
  const { payload } = await raw.frame(({ type, flags }) => type === PING && flags === ACK);
  expect(payload.toString()).toBe("are here");
});

test("the times are those that the documents name", () => {
  const { greetingMs, strangerMs, lookMs } = DOOR_TIMES;
  const rows = rowsOf(sectionOf(readDocument("docs/front-door.md"), "Bounds")).map(
    ([what, bound]) => `${what}: ${bound}`,
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      expect.stringMatching(new RegExp(`first words: ${greetingMs / 1_000} s$`)),
      expect.stringMatching(new RegExp(`token that counts: ${strangerMs / 1_000} s$`)),
      expect.stringMatching(new RegExp(`not finished: .*${lookMs / 1_000} s apart$`)),
    ]),
  );
});
