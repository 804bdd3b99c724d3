import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ask, bearerOf, liveRecordOf, useClient } from "../../helpers/contract-client.js";
import { fixture } from "../../helpers/fixture.js";
import { useIsolator } from "../../helpers/use-isolator.js";

const CONNECTIONS = 60;
const STREAMS = 1_500;
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

async function useServedIsolator(name: string) {
  const isolator = await useIsolator({ name, discoverable: true });
  const { address, token } = await liveRecordOf(name);
  const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
  const answers = async (): Promise<void> => {
    expect(await isolator.invoke(fixture("values.mjs"), "echo", [1])).toBe(1);
    expect(await ask(client, "status", {}, bearerOf(token))).toHaveProperty("status");
  };
  return { isolator, address, answers };
}

async function openConnection(address: string, sends: string): Promise<Socket> {
  const socket = connect(address);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(sends);
  return socket;
}

test.each([
  ["nothing", ""],
  ["half a preface", PREFACE.slice(0, 9)],
  ["a preface and half a frame", `${PREFACE}\0\0`],
  ["another protocol", "GET / HTTP/1.1\r\n\r\n"],
])("clients that send %s and stay keep nobody from being served", async (_, sends) => {
  const { isolator, address, answers } = await useServedIsolator("half-open");
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(address, sends)));
  await answers();
  for (const socket of sockets) socket.destroy();
  await answers();
  expect(isolator.generation).toBe(1);
});

test("a flood of streams without the token is refused, one by one, and costs no memory that stays", async () => {
  const { isolator, address, answers } = await useServedIsolator("flooded");
  await answers();
  const { rssBytes: before } = await isolator.status();
  const session = connectHttp2("http://localhost", { createConnection: () => connect(address) });
  // The process may end it before we do.
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  const statuses = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const stream = session.request({
        ":method": "POST",
        ":path": "/pihost.v1.HostService/Session",
        "content-type": "application/grpc",
        te: "trailers",
      });
      stream.resume();
      const [headers] = (await once(stream, "response")) as [Record<string, string>];
      stream.close();
      return headers["grpc-status"];
    }),
  );
  expect(new Set(statuses)).toEqual(new Set(["16"]));
  await answers();
  const { rssBytes: after } = await isolator.status();
  expect(after - before).toBeLessThan(150 * 2 ** 20);
});
