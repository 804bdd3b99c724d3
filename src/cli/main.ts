#!/usr/bin/env node
// The one command that a program starts, not a person: it says hello before anything else is loaded.
const isChild = process.argv[2] === "child" && !["-h", "--help"].includes(process.argv[3] ?? "");
const { run } = isChild ? await import("./run-child.js") : await import("./run-command.js");
await run();

export {};
