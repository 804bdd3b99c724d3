import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { Queue, QueueEvents } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { useRedis, withoutRedis } from "../bullmq/redis-server.js";
import { fencesOf, REPOSITORY, readDocument } from "./markdown.js";
import { useProject } from "./use-project.js";

const redis = useRedis();
const fences = fencesOf(readDocument("docs/scaling.md"));

/** The one block of the page that has these words in it. */
function block(words: string): string {
  const [found, ...others] = fences.filter(({ text }) => text.includes(words));
  if (found === undefined || others.length > 0) throw new Error(`not one block has ${JSON.stringify(words)}`);
  return found.text;
}

test("every block of the page is run or read here", () => {
  expect(fences.map(({ language }) => language)).toEqual(["js", "yaml", "sh", "yaml"]);
});

test.skipIf(withoutRedis)("two machines do the jobs of one queue", { timeout: 120_000 }, async () => {
  const { connection } = redis;
  const program = block("machine.js").replace('{ host: "localhost", port: 6379 }', JSON.stringify(connection));
  const files = new Map([
    ["machine.js", program],
    ["job.js", 'export default ({ data }) => data.picture + ", small";\n'],
  ]);
  const project = useProject(files);
  for (const name of ["bullmq", "ioredis"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(project.path, "node_modules", name));
  }
  for (let machine = 0; machine < 2; machine += 1) {
    const child = spawn(process.execPath, ["machine.js"], { cwd: project.path, stdio: "ignore" });
    const exited = once(child, "exit");
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await exited;
    });
  }
  const queue = new Queue("thumbnails", { connection });
  const events = new QueueEvents("thumbnails", { connection });
  onTestFinished(() => Promise.all([events.close(), queue.close()]).then(() => {}));
  await events.waitUntilReady();
  const jobs = await Promise.all(["cat", "owl", "dog"].map((picture) => queue.add("shrink", { picture })));
  const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
  expect(results).toEqual(["cat, small", "owl, small", "dog, small"]);
});

test("the kernel of the page lets a sidecar with the page's token in, for requests and for its health check", {
  timeout: 120_000,
}, async () => {
  const files = new Map([
    ["pihost.yaml", block("listen:").replace("127.0.0.1:7070", "127.0.0.1:0")],
    ["shop.proto", PROTO],
    ["store.js", "export const size = () => ({ items: 3 });\n"],
    ["up.sh", `${block("pihost up")}echo "token $TOKEN"\n`],
  ]);
  const project = useProject(files);
  const bin = join(project.path, "node_modules/.bin");
  const shell = (command: string) =>
    project.run("env", [`XDG_STATE_HOME=${project.path}`, "bash", "-euc", command], bin);
  onTestFinished(async () => {
    await shell("pihost down");
  });
  const { stdout, stderr } = await shell(". ./up.sh");
  const [, address = ""] = /tcp +(\S+)/.exec(stdout) ?? [];
  const [, token = ""] = /^token (\S+)$/m.exec(stdout) ?? [];
  expect(address, stderr).toMatch(/^127\.0\.0\.1:\d+$/);
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  const request = (path: string, message: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${token}`);
      const asIs = (bytes: Buffer): Buffer => bytes;
      client.makeUnaryRequest(path, asIs, asIs, message, metadata, (error, answer) =>
        error === null && answer !== undefined ? resolve(answer) : reject(error),
      );
    });
  const { clusters, routes } = parse(block("typed_extension_protocol_options")) as EnvoyExcerpt;
  const { service_name: service } = clusters[0].health_checks[0].grpc_health_check;
  const serving = Buffer.from([8, 1]);
  const name = Buffer.from(service);
  expect(await request("/grpc.health.v1.Health/Check", Buffer.concat([Buffer.from([10, name.length]), name]))).toEqual(
    serving,
  );
  expect(await request(`${routes[0].match.prefix}Size`, Buffer.alloc(0))).toEqual(Buffer.from([8, 3]));
});

/** What is read of the excerpt of Envoy's configuration. */
interface EnvoyExcerpt {
  readonly routes: [{ readonly match: { readonly prefix: string } }];
  readonly clusters: [{ readonly health_checks: [{ readonly grpc_health_check: { readonly service_name: string } }] }];
}

const PROTO = `syntax = "proto3";
package shop.v1;
service Store { rpc Size(SizeRequest) returns (SizeResponse); }
message SizeRequest {}
message SizeResponse { int32 items = 1; }
`;
