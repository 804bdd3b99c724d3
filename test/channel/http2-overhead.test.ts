import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Http2Overhead } from "../../src/channel/http2-overhead.js";
import type { IsolationError } from "../../src/errors/index.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";

const PART = Buffer.alloc(1024 * 1024);
const PARTS = 10;

test("messages that were read are no leave to flood later", async () => {
  const server = createServer();
  const address = join(useDirectory(), "s");
  await once(server.listen(address), "listening");
  const socket = connect(address);
  const [peer] = (await once(server, "connection")) as [Socket];
  const breaches: IsolationError[] = [];
  const overhead = new Http2Overhead(socket, (error) => breaches.push(error));
  onTestFinished(() => {
    overhead.stop();
    socket.destroy();
    peer.destroy();
    server.close();
  });
  let isMessages = true;
  socket.on("data", (bytes) => isMessages && overhead.received(bytes.length));
  const send = async (): Promise<void> => {
    const end = socket.bytesRead + PARTS * PART.length;
    for (let part = 0; part < PARTS; part += 1) peer.write(PART);
    await until(() => socket.bytesRead === end);
  };
  await send();
  // Two looks at the connection.
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(breaches).toEqual([]);
  isMessages = false;
  await send();
  await until(() => breaches.length > 0);
  expect(breaches).toMatchObject([{ code: "PROTOCOL" }]);
});
