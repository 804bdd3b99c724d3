import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ChannelCredentials, Metadata, ServiceError } from "@grpc/grpc-js";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { useKernel } from "./use-kernel.js";

const require = createRequire(import.meta.url);

const PROTO = `syntax = "proto3";
package talk.v1;
import "google/protobuf/timestamp.proto";
service Talk {
  rpc Ask(Question) returns (Answer);
  rpc Tell(Question) returns (stream Answer);
}
message Question { string text = 1; google.protobuf.Timestamp at = 2; }
message Answer { string text = 1; google.protobuf.Timestamp at = 2; }
`;

const MODULE = `
export const ask = ({ text, at }) => ({ text: text + "?", at });
export async function* tell({ text }) { yield { text }; yield { text: text + "!" }; }
`;

interface Message {
  readonly text: string;
  readonly at?: Date | undefined;
}

/** The client that is generated. */
interface TalkClient {
  ask(question: Message, metadata: Metadata, done: (error: ServiceError | null, answer: Message) => void): void;
  tell(question: Message, metadata: Metadata): AsyncIterable<Message>;
  close(): void;
}

interface Generated {
  readonly TalkClient: new (address: string, credentials: ChannelCredentials) => TalkClient;
}

/** What ts-proto makes of the proto, as one module. */
async function useGenerated(folder: string): Promise<string> {
  const source = join(folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "talk.proto"), PROTO);
  const plugin = [process.execPath, join(require.resolve("ts-proto/package.json"), "../protoc-gen-ts_proto")];
  const opt = ["outputServices=grpc-js", "esModuleInterop=true"];
  const template = JSON.stringify({ version: "v2", plugins: [{ local: plugin, out: "gen", opt }] });
  const buf = require.resolve("@bufbuild/buf/bin/buf");
  await promisify(execFile)(process.execPath, [buf, "generate", "--template", template], { cwd: source });
  const outfile = join(folder, "talk.cjs");
  // A client takes credentials of its own package.
  const external = ["@grpc/grpc-js"];
  const modules = join(require.resolve("ts-proto/package.json"), "../..");
  symlinkSync(modules, join(folder, "node_modules"));
  const entryPoints = [join(source, "gen/talk.ts")];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", external, logLevel: "warning" });
  return outfile;
}

test("a service is defined by what ts-proto generates, whose own client calls it", async () => {
  const folder = useDirectory();
  const definition = await useGenerated(folder);
  writeFileSync(join(folder, "talk.mjs"), MODULE);
  const grpc = { definition, services: ["talk.v1.Talk"] };
  const kernel = await useKernel({ isolates: { talk: { module: join(folder, "talk.mjs"), grpc } } });
  const { TalkClient } = require(definition) as Generated;
  const { credentials, Metadata } = createRequire(definition)("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
  const client = new TalkClient(`unix:${kernel.socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${kernel.tokens.create({ scopes: ["call:talk.v1.Talk"] }).token}`);
  const at = new Date(5_000);
  const answer = await new Promise((resolve, reject) => {
    client.ask({ text: "why", at }, metadata, (error, message) => (error === null ? resolve(message) : reject(error)));
  });
  expect(answer).toEqual({ text: "why?", at });
  const told: string[] = [];
  for await (const { text } of client.tell({ text: "so" }, metadata)) told.push(text);
  expect(told).toEqual(["so", "so!"]);
});
