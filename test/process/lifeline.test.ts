import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLifeline, LIFELINE_BOUNDS } from "../../src/process/lifeline.js";
import { useDirectory } from "../helpers/use-directory.js";

const { lineBytes, lines: mostLines, bytes: mostBytes } = LIFELINE_BOUNDS;

/** A lifeline, and the process's end of it. */
async function useLifeline() {
  const address = join(useDirectory(), "lifeline");
  const server = createServer().listen(address);
  const [[host], child] = await Promise.all([once(server, "connection") as Promise<[Socket]>, connected(address)]);
  server.close();
  onTestFinished(() => {
    host.destroy();
    child.destroy();
  });
  const lifeline = createLifeline(host);
  const lines: string[] = [];
  const breaches: string[] = [];
  lifeline.onLine((line) => lines.push(line));
  lifeline.onBreach((what) => breaches.push(what));
  const over = once(host, "close");
  return { lifeline, host, child, lines, breaches, over };
}

async function connected(address: string): Promise<Socket> {
  const socket = connect(address);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Writes, ends, and waits until the host has seen all of it or has had enough. */
async function say({ child, over }: Awaited<ReturnType<typeof useLifeline>>, text: string | Buffer): Promise<void> {
  child.end(text);
  child.resume();
  await over;
}

test("lines come one by one, however they are cut", async () => {
  const line = await useLifeline();
  for (const byte of Buffer.from('{"a":"é"}\nb\n')) line.child.write(Buffer.of(byte));
  await say(line, "c\nnot ended");
  expect(line.lines).toEqual(['{"a":"é"}', "b", "c"]);
  expect(line.breaches).toEqual([]);
});

test("the longest line and as many lines as there may be are taken", async () => {
  const line = await useLifeline();
  await say(line, `${"x".repeat(lineBytes)}\n${"\n".repeat(mostLines - 1)}`);
  expect(line.lines.map(({ length }) => length)).toEqual([lineBytes, ...new Array(mostLines - 1).fill(0)]);
  expect(line.breaches).toEqual([]);
});

test.each([
  ["a longer line", `${"x".repeat(lineBytes + 1)}\n`, `a line of more than ${lineBytes} bytes`, 0],
  ["a longer line without an end", "x".repeat(lineBytes + 1), `a line of more than ${lineBytes} bytes`, 0],
  ["one more line", "\n".repeat(mostLines + 1), `more than ${mostLines} lines`, mostLines],
])("%s is a breach", async (_, text, what, taken) => {
  const line = await useLifeline();
  await say(line, text);
  expect(line.breaches).toEqual([what]);
  expect(line.lines).toHaveLength(taken);
});

test("more bytes in all are a breach, however short the lines are", async () => {
  const line = await useLifeline();
  await say(line, `${"x".repeat(lineBytes - 1)}\n`.repeat(mostBytes / lineBytes));
  expect(line.breaches).toEqual([]);
  const other = await useLifeline();
  await say(other, `${"x".repeat(lineBytes - 1)}\n`.repeat(mostBytes / lineBytes).concat("x"));
  expect(other.breaches).toEqual([`more than ${mostBytes} bytes`]);
});

test("after a breach nothing is read any more, and the breach is told once", async () => {
  const line = await useLifeline();
  line.child.write("\n".repeat(mostLines + 1));
  await line.over;
  line.child.write("\n".repeat(mostLines + 1));
  expect(line.host.destroyed).toBe(true);
  expect(line.breaches).toHaveLength(1);
  expect(line.lines).toHaveLength(mostLines);
});

test("a listener that closes it hears nothing more, also of what has come", async () => {
  const line = await useLifeline();
  const heard: string[] = [];
  line.lifeline.onLine((text) => {
    heard.push(text);
    line.lifeline.close();
  });
  await say(line, "one\ntwo\nthree\n");
  expect(heard).toEqual(["one"]);
  expect(line.breaches).toEqual([]);
});
