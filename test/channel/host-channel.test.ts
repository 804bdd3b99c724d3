import { once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { HostChannel } from "../../src/channel/grpc/index.js";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";

const MIB = 1024 * 1024;

/** A channel to a process that answers every request with this message. */
async function useChannel(message: Buffer, isPacked: boolean, mostBytes?: number): Promise<HostChannel> {
  const address = join(useDirectory(), "s");
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    const encoding = isPacked ? { "grpc-encoding": "gzip" } : {};
    stream.respond({ ":status": 200, "content-type": "application/grpc", ...encoding }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const prefix = Buffer.alloc(5, isPacked ? 1 : 0);
    prefix.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([prefix, message]));
  });
  await once(server.listen(address), "listening");
  const channel = await HostChannel.connect(address, "token", 5_000, mostBytes);
  onTestFinished(() => {
    channel.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  return channel;
}

/** A field that nobody knows, of so many bytes. */
function unknownField(bytes: number): Buffer {
  const head = [0xfa, 0x7f];
  let rest = bytes;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) head.push((rest % 128) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), Buffer.alloc(bytes)]);
}

test("an answer that is longer than may be is refused, and a shorter one is read", async () => {
  const long = await useChannel(unknownField(100_000), false, 64 * 1024);
  expect(await isolationError(long.getData("x"))).toMatchObject({ code: "PROTOCOL" });
  const short = await useChannel(unknownField(60_000), false, 64 * 1024);
  expect(await short.getData("x")).toBeUndefined();
});

test("an answer that is long only once it is unpacked is refused too", async () => {
  const channel = await useChannel(gzipSync(unknownField(100 * MIB)), true);
  const before = process.memoryUsage().arrayBuffers;
  expect(await isolationError(channel.getData("x"))).toMatchObject({ code: "PROTOCOL" });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150 * MIB);
});
