import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { loadSync } from "@grpc/proto-loader";
import { expect, onTestFinished, test } from "vitest";
import { decodeValue, encodeValue } from "../../src/codec/index.js";
import {
  capabilitiesOf,
  FEATURES,
  type Hello,
  parseHandshakeFromHost,
  parseHandshakeFromProcess,
  VALUE_KINDS,
} from "../../src/contract/index.js";
import { checkStatus } from "../../src/isolator/check-status.js";
import { pihostEntry } from "../../src/process/index.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { codeIn, fencesOf, REPOSITORY, readDocument, rowsOf, sectionOf } from "./markdown.js";
import { useProject } from "./use-project.js";

const document = readDocument("docs/protocol.md");

/** One message of the worked example: its direction, its bytes with the prefix, and the frame that it encodes. */
interface Message {
  readonly direction: string;
  readonly bytes: string;
  readonly frame: unknown;
}

function messagesOf(text: string): Message[] {
  return [...text.matchAll(/^(→|←) ([0-9a-f\s]+)^ {2}(\{.*\})$/gm)].map((match) => ({
    direction: match[1] ?? "",
    bytes: (match[2] ?? "").replaceAll(/\s/g, ""),
    frame: JSON.parse(match[3] ?? "") as unknown,
  }));
}

const example = sectionOf(document, "A worked example");
const messages = fencesOf(example)
  .filter(({ language }) => language === "hex")
  .flatMap(({ text }) => messagesOf(text));

/** The contract as any other language reads it: from the .proto files alone. */
function readFrame(frame: Buffer): unknown {
  const definition = loadSync("pihost/v1/host_service.proto", {
    includeDirs: [join(REPOSITORY, "proto")],
    keepCase: true,
    longs: Number,
  });
  const service = definition["pihost.v1.HostService"] as unknown as {
    Session: { requestDeserialize(bytes: Buffer): { frame: object } };
  };
  const length = frame.length < 0x80 ? [frame.length] : [(frame.length & 0x7f) | 0x80, frame.length >> 7];
  const request = service.Session.requestDeserialize(Buffer.concat([Buffer.from([0x0a, ...length]), frame]));
  // Numbers that are 0 are the defaults that the document leaves out.
  return JSON.parse(JSON.stringify(request.frame, withText), (_, value: unknown) => (value === 0 ? undefined : value));
}

/** The text of an inline payload in place of its bytes. */
function withText(key: string, value: unknown): unknown {
  if (key !== "inline") return value;
  const bytes = Buffer.from((value as { data: number[] }).data);
  return bytes.toString("utf8", 5, 5 + bytes.readUInt32LE(1));
}

function withoutZeros(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item: unknown) => (item === 0 ? undefined : item));
}

/** Reads so many bytes, as hexadecimal digits. */
async function read(stream: Readable, length: number): Promise<string> {
  for (;;) {
    const bytes = stream.read(length) as Buffer | null;
    if (bytes !== null) return bytes.toString("hex");
    await new Promise((resolve) => stream.once("readable", resolve));
  }
}

async function readLine(stream: Readable): Promise<string> {
  let line = "";
  while (!line.endsWith("0a")) line += await read(stream, 1);
  return Buffer.from(line, "hex").toString("utf8");
}

test("the worked example has messages both ways", () => {
  expect(new Set(messages.map(({ direction }) => direction))).toEqual(new Set(["→", "←"]));
  expect(messages.length).toBeGreaterThan(8);
});

test.each(messages)("$direction $bytes is the frame that stands below it", ({ bytes, frame }) => {
  const message = Buffer.from(bytes, "hex");
  expect([message[0], message.readUInt32BE(1)]).toEqual([0, message.length - 5]);
  expect(readFrame(message.subarray(5))).toEqual(withoutZeros(frame));
});

test("a host that knows only the document can talk to the process, which answers as it says", async () => {
  const [sample] = fencesOf(example).filter(({ language }) => language === "js");
  const { path } = useProject(new Map([["sample.mjs", sample?.text ?? ""]]));
  const child = spawn(process.execPath, [pihostEntry()], { stdio: ["ignore", "inherit", "inherit", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, , , lifeline, session] = child.stdio as unknown as [null, null, null, Duplex, Duplex];
  expect(JSON.parse(await readLine(lifeline))).toMatchObject({ hello: { protocol: 1, sessionOnDescriptor: true } });
  const go = {
    protocol: 1,
    token: "0".repeat(64),
    address: join(path, "x.sock"),
    isolate: "x",
    generation: 1,
    from: path,
    sessionOnDescriptor: true,
  };
  lifeline.write(`${JSON.stringify({ go })}\n`);
  expect(JSON.parse(await readLine(lifeline))).toEqual({ ready: {} });
  for (const { direction, bytes } of messages) {
    if (direction === "→") session.write(Buffer.from(bytes, "hex"));
    else expect(await read(session, bytes.length / 2)).toBe(bytes);
  }
});

test("the lines of the handshake are lines that both sides understand", () => {
  const lines = fencesOf(sectionOf(document, "Lines on descriptor 3")).map(({ text }) => text.trim());
  const [hello = "", go = "", ready = ""] = lines;
  expect(lines).toHaveLength(3);
  expect(parseHandshakeFromProcess(hello)).toMatchObject({ $case: "hello", value: { runtime: "python 3.13.1" } });
  expect(parseHandshakeFromHost(go)).toMatchObject({ $case: "go", value: { isolate: "worker", generation: 1 } });
  expect(parseHandshakeFromProcess(ready)).toMatchObject({ $case: "ready" });
  expect(withoutZeros(JSON.parse(go))).toEqual(JSON.parse(go));
});

/** The rows with a value in JavaScript; those of the other tables have a marker, or no code, in its place. */
const examples = rowsOf(sectionOf(document, "Payloads")).flatMap(([value = "", text = ""]) => {
  const [expression, written] = [codeIn(value)[0], codeIn(text)[0]];
  return expression !== undefined && written?.startsWith("[") ? [[expression, written] as const] : [];
});

test("there are examples of values", () => {
  expect(examples.length).toBeGreaterThan(15);
});

test.each(examples)("the value %s is written as %s", (expression, text) => {
  // In this very realm: what another one makes is not of our classes.
  const value: unknown = new Function(`return (${expression});`)();
  const encoded = Buffer.from(encodeValue(value));
  expect(encoded[0]).toBe(1);
  expect(encoded.toString("utf8", 5, 5 + encoded.readUInt32LE(1))).toBe(text);
});

test("every marker of the format stands in the document", () => {
  const comment = readDocument("src/codec/wire-format.ts").split("*/")[0] ?? "";
  const known = [...comment.matchAll(/"(\$[^"\s])[^"]*"/g)].map((match) => match[1] ?? "");
  expect(new Set(known).size).toBeGreaterThan(15);
  expect(known.filter((marker) => !sectionOf(document, "Payloads").includes(`"${marker}`))).toEqual([]);
});

test("the methods of the module pihost: are those that it has", async () => {
  const isolator = await useIsolator();
  const { message } = await isolationError(isolator.invoke("pihost:", "noSuchMethod"));
  const known = /it has (.*)$/.exec(message)?.[1]?.split(", ") ?? [];
  const rows = rowsOf(sectionOf(document, "The module `pihost:`"));
  expect(rows.map(([method = ""]) => codeIn(method)[0]).toSorted()).toEqual(known.toSorted());
});

/** The names in code in the first column of the table that begins with this word. */
function namesIn(section: string, heading: string): string[] {
  const table = section.slice(section.indexOf(`| ${heading} |`)).split("\n\n")[0] ?? "";
  return rowsOf(table).flatMap(([names = ""]) => codeIn(names));
}

test("the features and values of the document are those that there are", () => {
  const section = sectionOf(document, "What a process can do");
  expect(namesIn(section, "feature")).toEqual([...FEATURES]);
  expect(namesIn(section, "value")).toEqual([...VALUE_KINDS]);
  const named = rowsOf(sectionOf(document, "Levels")).flatMap(([, features = ""]) => codeIn(features));
  expect(named.filter((name) => !(FEATURES as readonly string[]).includes(name))).toEqual([]);
});

test("the hello of the document is read as it says, and its go uses no more", () => {
  const [hello = "", go = ""] = fencesOf(sectionOf(document, "Lines on descriptor 3")).map(({ text }) => text.trim());
  const said = parseHandshakeFromProcess(hello)?.value as Hello;
  const { features, values, isUnnamed } = capabilitiesOf(said);
  expect([[...features].toSorted(), [...values].toSorted(), isUnnamed]).toEqual([
    said.features.toSorted(),
    said.values.toSorted(),
    false,
  ]);
  const answer = parseHandshakeFromHost(go)?.value as { features: string[]; maxPayload: number };
  expect(answer.features.filter((name) => !said.features.includes(name))).toEqual([]);
  expect(answer.maxPayload).toBe(2 ** 30);
});

/** A value of the document, by its text. */
function decode(text: string): unknown {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeUInt32LE(bytes.length, 1);
  return decodeValue(Buffer.concat([head, bytes]));
}

test("the error of the document is one, whole and with all left out that may be", () => {
  const [example] = fencesOf(sectionOf(document, "Payloads")).filter(({ text }) => text.includes("Traceback"));
  const error = decode(example?.text.trim() ?? "") as Error & { retry: unknown };
  expect(error).toMatchObject({ name: "ValueError", message: "no", retry: false, cause: { name: "KeyError" } });
  expect(error.stack).toMatch(/^Traceback.*ValueError: no$/s);
  expect((error.cause as Error).stack).toBe("KeyError: 'k'");
  expect(decode('[["$e",{"message":"no"}]]')).toMatchObject({ name: "Error", message: "no", stack: "Error: no" });
  expect(decode('[["$e"]]')).toMatchObject({ name: "Error", message: "", stack: "Error" });
  expect(decode('[["$e",{"framework":"QUOTA_SPENT","message":"no"}]]')).toMatchObject({ code: "QUOTA_SPENT" });
});

test.each(['[["$e",7]]', '[["$e",{"stack":7}]]', '[["$e",{"class":[]}]]', '[["$e",{},[]]]'])(
  "what is there of an error has to be what it says: %s is no value",
  (text) => {
    expect(() => decode(text)).toThrow("PROTOCOL");
  },
);

test("the status of the document is one", () => {
  const [example] = fencesOf(sectionOf(document, "The module `pihost:`"));
  expect(checkStatus(JSON.parse(example?.text ?? ""))).toMatchObject({ callsDone: 7, heapLimitBytes: 0, pid: 4711 });
});
