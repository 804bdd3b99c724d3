import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { textUntil } from "../cli/use-pihost.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { fencesOf, REPOSITORY, readDocument } from "./markdown.js";
import { type Project, useProject } from "./use-project.js";

const DOCUMENT = "docs/debugging.md";

// `pihost ps` lists what this user runs: here, only the isolate of the page.
const runtime = mkdtempSync(join(tmpdir(), "rt-"));
process.env.XDG_RUNTIME_DIR = runtime;
afterAll(() => rmSync(runtime, { recursive: true, force: true }));

/** What changes from run to run, and what stands for it on the page. */
const EXAMPLES: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{64}/g, "0123456789abcdef".repeat(4)],
  [/(unix:\/\/|--unix-socket )\/[^ '"]+/g, "$1/run/user/1000/pi-host-0123456789ab/1-1/s.sock"],
  [/\(pid \d+\)/g, "(pid 4711)"],
  [/^greeter\t.*$/gm, "greeter\t4711\t1\t4700\tready\t12.5 s\t0\t56 MB"],
  // Protobuf's JSON for Go has one blank or two, at random, so that nobody depends on it.
  [/": +/g, '": '],
  [/"value": "[\w+/=]{40,}"/g, '"value": "…"'],
  // The client's clock and the server's run out at once: either tells.
  [/^( *Message: )Deadline exceeded$/gm, "$1context deadline exceeded"],
  [/"pid": \d+/g, '"pid": 4711'],
  [/"uptime": "[\d.]+s"/g, '"uptime": "12.500s"'],
  [/"(rssBytes|heapUsedBytes|heapLimitBytes)": "\d+"/g, '"$1": "58720256"'],
  [/"(cpuSeconds|eventLoopLagMs)": [\d.e-]+/g, '"$1": 0.25'],
  [/"(runtimeVersion|packageVersion)": "[^"]+"/g, '"$1": "…"'],
  [/file:\/\/\/[^ )"]*\/greeter\.mjs/g, "file:///srv/app/greeter.mjs"],
  [/\/[^ )"]*\/greeter\.mjs/g, "/srv/app/greeter.mjs"],
  [/\\n {4}at (?!\w+ \(file:\/\/\/srv)[^"]*(?=")/g, "\\n    at …"],
];

function withExamples(text: string): string {
  return EXAMPLES.reduce((changed, [pattern, example]) => changed.replace(pattern, example), text).trimEnd();
}

/** The commands of a transcript: lines that begin with `$ `, and go on where a backslash ends them. */
function commandsOf(transcript: string): string[] {
  return [...transcript.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map((match) => match[1] ?? "");
}

/** grpcurl's folder, where it can be built. */
async function findGrpcurl(): Promise<string | undefined> {
  const script = pathToFileURL(join(REPOSITORY, "scripts/grpcurl.mjs")).href;
  const { ensureGrpcurl } = (await import(script)) as { ensureGrpcurl(): Promise<string | undefined> };
  const path = await ensureGrpcurl();
  return path === undefined ? undefined : dirname(path);
}

/** The page's project, with its host running. */
async function useHost(): Promise<{ project: Project; ended: Promise<string> }> {
  const programs = fencesOf(readDocument(DOCUMENT)).filter(({ language }) => language === "js");
  const files = programs.map(({ text }) => [/^\/\/ (\S+)/.exec(text)?.[1] ?? "", text] as const);
  const project = useProject(new Map(files));
  symlinkSync(join(REPOSITORY, "node_modules/.bin/buf"), join(project.path, "node_modules/.bin/buf"));
  const host = spawn(process.execPath, ["host.mjs"], { cwd: project.path, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  await textUntil(host.stdout, /greeter runs as pid \d+/);
  const ended = Promise.all([textUntil(host.stdout, /greeter has ended.*\n/), once(host, "exit")]);
  const text = ended.then(([said]) => said);
  // A test that has failed before does not look at it.
  text.catch(() => {});
  return { project, ended: text };
}

// UPDATE_DOCS=1 writes what they print into the page.
test.skipIf(process.platform === "win32")("the tools print what the page shows", { timeout: 6 * 60_000 }, async () => {
  const grpcurl = await findGrpcurl();
  if (isMissing("grpcurl, which takes Go to build", grpcurl !== undefined) || grpcurl === undefined) return;
  const { project, ended } = await useHost();
  const searchPath = `${grpcurl}:${join(project.path, "node_modules/.bin")}`;
  const run = async (command: string): Promise<string> => {
    const { stdout } = await project.run("bash", ["-c", `exec 2>&1; ${command}`], searchPath);
    return stdout;
  };
  const paste = await run("pihost ps --commands");
  process.env.TOKEN = /Bearer ([0-9a-f]{64})/.exec(paste)?.[1];
  process.env.SOCKET = /unix:\/\/([^ ']+)/.exec(paste)?.[1];
  const shown = readDocument(DOCUMENT);
  let made = shown;
  for (const { language, text } of fencesOf(shown)) {
    if (language !== "console") continue;
    let transcript = "";
    for (const command of commandsOf(text)) {
      const output = withExamples(await run(command));
      transcript += `$ ${command}\n${output}${output === "" ? "" : "\n"}`;
    }
    made = made.replace(`\`\`\`console\n${text}\`\`\``, () => `\`\`\`console\n${transcript}\`\`\``);
  }
  if (process.env.UPDATE_DOCS === "1") writeFileSync(join(REPOSITORY, DOCUMENT), made);
  else expect(made).toBe(shown);
  expect(await ended).toContain("greeter has ended: requested");
});
