import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository, runWithScript } from "./run-module.js";

let root = "";
let output = "";

const boot = `
  declare const PROCESS_ISOLATION_BUNDLE: string;
  Object.assign(globalThis, { bundle: PROCESS_ISOLATION_BUNDLE });
  require("./main.cjs");
`;
const main = `
  import { readFileSync } from "node:fs";
  import { join } from "node:path";
  import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
  import { ReflectionService } from "@grpc/reflection";
  import { HealthImplementation, protoPath } from "grpc-health-check";
  declare const PROCESS_ISOLATION_VERSION: string;
  const contract = loadFileDescriptorSetFromBuffer(readFileSync(join(__dirname, "descriptor.binpb")));
  const added: string[] = [];
  const server = { addService: (service: object) => void added.push(...Object.keys(service)) };
  new HealthImplementation({ "": "SERVING" }).addToServer(server as never);
  new ReflectionService(contract).addToServer(server as never);
  const specifier = process.argv[2] as string;
  const version = PROCESS_ISOLATION_VERSION;
  void import(specifier).then((module) =>
    console.log(JSON.stringify({ added, protoPath, contract: Object.keys(contract), module, version, bundle: (globalThis as { bundle?: string }).bundle })),
  );
`;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "build-pihost-"));
  output = join(root, "dist/pihost");
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"), "junction");
  for (const name of ["proto", "buf.yaml"]) cpSync(join(repository, name), join(root, name), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "version": "1.2.3" }');
  mkdirSync(join(root, "pihost"));
  writeFileSync(join(root, "pihost/boot.ts"), boot);
  writeFileSync(join(root, "pihost/main.ts"), main);
  writeFileSync(join(root, "pihost/reaper.ts"), "");
  copyFileSync(join(repository, "pihost/grpc.ts"), join(root, "pihost/grpc.ts"));
  const options = JSON.stringify({ root, outputDirectory: output });
  await runWithScript("build-pihost.mjs", `await script.buildPihost(${options})`);
  // Nothing of the bundle may come from node_modules any more.
  rmSync(join(root, "node_modules"));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test("the bundle serves health and reflection and imports user modules without node_modules", async () => {
  const userModule = join(root, "user.mjs");
  writeFileSync(userModule, "export const answer = 42;");
  const { stdout } = await promisify(execFile)(process.execPath, [join(output, "boot.cjs"), userModule]);
  const said = JSON.parse(stdout);
  expect(said.added).toEqual(expect.arrayContaining(["Check", "Watch", "ServerReflectionInfo"]));
  expect(said.contract).toContain("pihost.v1.HostService");
  expect(said.version).toBe("1.2.3");
  expect(said.module).toEqual({ answer: 42 });
  expect(existsSync(said.protoPath)).toBe(true);
});

test("the entry knows the bytes of the bundle that it loads", () => {
  const digest = createHash("sha256")
    .update(readFileSync(join(output, "main.cjs")))
    .digest("hex")
    .slice(0, 16);
  expect(readFileSync(join(output, "boot.cjs"), "utf8")).toContain(JSON.stringify(digest));
});

test("the licence of everything in the bundle is beside it", () => {
  const notices = readFileSync(join(output, "THIRD_PARTY_NOTICES.txt"), "utf8");
  for (const name of ["@grpc/proto-loader", "@grpc/reflection", "grpc-health-check", "protobufjs"]) {
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(.+\\)\\n-+\\n\\S`, "m"));
  }
});
