#!/usr/bin/env node
import { runCommandLine } from "./command-line.js";
import { endOnBrokenOutput, flushOutput } from "./output.js";

endOnBrokenOutput();
const exitCode = await runCommandLine(process.argv.slice(2));
await flushOutput();
process.exit(exitCode);
