// Generates code of the contract with the stock options of six languages, and compiles it.
// usage: node scripts/contract-languages.mjs [language …]; the last line is `N passed, N failed`
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { Missing, need, PROTO, run, systemProtoc, TOOLS } from "./foreign-toolchains.mjs";
import { runStage } from "./run-stage.mjs";
import { repositoryRoot } from "./workspace.mjs";

const FILES = readdirSync(join(PROTO, "pihost/v1")).map((name) => `pihost/v1/${name}`);
const TEMPLATES = join(repositoryRoot, "scripts/contract");

/**
 * What each language makes of it, by name; each throws where that fails, and gives what it could not do.
 *
 * @type {Record<string, (folder: string) => Promise<string | undefined>>}
 */
const LANGUAGES = { python, go, java, cpp, rust, csharp };

/**
 * The stage of `.ci/run`: a language whose toolchain cannot be had counts as skipped, and says so.
 *
 * @param {string} scratch
 * @param {readonly string[]} [names] default: all
 */
export async function contractLanguages(scratch, names = Object.keys(LANGUAGES)) {
  mkdirSync(TOOLS, { recursive: true });
  let counts = NOTHING;
  for (const name of names) {
    const folder = join(scratch, `contract-${name}`);
    mkdirSync(folder, { recursive: true });
    try {
      const note = await LANGUAGES[name]?.(folder);
      process.stdout.write(`${name}: passed${note === undefined ? "" : `, ${note}`}\n`);
      counts = addCounts(counts, countOf(true));
    } catch (error) {
      const isMissing = error instanceof Missing;
      process.stdout.write(`${name}: ${isMissing ? "skipped" : "failed"}: ${/** @type {Error} */ (error).message}\n`);
      counts = addCounts(counts, isMissing ? { ...NOTHING, skipped: 1 } : countOf(false));
    }
  }
  return counts;
}

/** @param {string} folder */
async function python(folder) {
  const interpreter = await protocOfPython();
  await protoc([`--python_out=${folder}`, `--grpc_python_out=${folder}`]);
  const modules = FILES.map((name) => name.replaceAll("/", ".").replace(".proto", "_pb2"));
  const program = [...modules, "pihost.v1.host_service_pb2_grpc"].map((name) => `import ${name}`).join("\n");
  await run(interpreter, ["-c", program], { cwd: folder });
  return undefined;
}

/** @param {string} folder */
async function go(folder) {
  need("go", ["version"]);
  const plugins = {
    "protoc-gen-go": "google.golang.org/protobuf/cmd",
    "protoc-gen-go-grpc": "google.golang.org/grpc/cmd",
  };
  const env = { ...process.env, GOBIN: TOOLS, GOFLAGS: "-mod=mod" };
  for (const [name, place] of Object.entries(plugins)) {
    if (!existsSync(join(TOOLS, name))) await run("go", ["install", `${place}/${name}@latest`], { env });
  }
  const flags = Object.keys(plugins).map((name) => `--plugin=${join(TOOLS, name)}`);
  await protoc([...flags, `--go_out=${folder}`, `--go-grpc_out=${folder}`]);
  const module = "github.com/process-isolation/process-isolation";
  const cwd = join(folder, module);
  writeFileSync(join(cwd, "go.mod"), `module ${module}\n\ngo 1.23\n`);
  await run("go", ["mod", "tidy"], { cwd, env });
  await run("go", ["vet", "./..."], { cwd, env });
  return undefined;
}

/** @param {string} folder */
async function java(folder) {
  need("mvn", ["--version"]);
  need("javac", ["-version"]);
  cpSync(join(TEMPLATES, "java"), folder, { recursive: true });
  await run("mvn", ["-q", "-B", `-Dcontract.proto=${PROTO}`, "compile"], { cwd: folder });
  return undefined;
}

/** @param {string} folder */
async function cpp(folder) {
  need("g++", ["--version"]);
  await systemProtoc();
  await run("protoc", ["-I", PROTO, `--cpp_out=${folder}`, ...FILES]);
  for (const name of FILES) {
    const source = join(folder, name.replace(".proto", ".pb.cc"));
    await run("g++", ["-std=c++17", "-fsyntax-only", "-Wall", "-Werror", "-I", folder, source]);
  }
  return undefined;
}

/** @param {string} folder */
async function rust(folder) {
  need("cargo", ["--version"]);
  await systemProtoc();
  cpSync(join(TEMPLATES, "rust"), folder, { recursive: true });
  const env = { ...process.env, CONTRACT_PROTO: PROTO, CARGO_TARGET_DIR: join(TOOLS, "rust") };
  await run("cargo", ["check", "--quiet"], { cwd: folder, env });
  return undefined;
}

/** @param {string} folder */
async function csharp(folder) {
  await systemProtoc();
  await run("protoc", ["-I", PROTO, `--csharp_out=${folder}`, ...FILES]);
  if (spawnSync("dotnet", ["--version"]).status !== 0) return "generated and not compiled: there is no dotnet";
  const version = (await run("protoc", ["--version"])).trim().split(" ").pop();
  const reference = `<ItemGroup><PackageReference Include="Google.Protobuf" Version="${version}" /></ItemGroup>`;
  const framework = "<PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>";
  const project = `<Project Sdk="Microsoft.NET.Sdk">${framework}${reference}</Project>`;
  writeFileSync(join(folder, "contract.csproj"), project);
  await run("dotnet", ["build", "--nologo", "-v", "q"], { cwd: folder });
  return undefined;
}

/** A Python of its own with the package grpcio-tools, whose protoc knows Python, and plugins for the rest. */
async function protocOfPython() {
  need("python3", ["--version"]);
  const venv = join(TOOLS, "python");
  const interpreter = join(venv, "bin/python");
  if (spawnSync(interpreter, ["-c", "import grpc_tools"]).status === 0) return interpreter;
  await run("python3", ["-m", "venv", "--clear", venv]);
  await run(interpreter, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "grpcio-tools", "setuptools"]);
  return interpreter;
}

async function protoc(/** @type {string[]} */ flags) {
  await run(await protocOfPython(), ["-m", "grpc_tools.protoc", "-I", PROTO, ...flags, ...FILES]);
}

await runStage(import.meta.url, (scratch, names) => contractLanguages(scratch, names.length > 0 ? names : undefined));
