import { type Command, Option } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { print } from "../output.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
With FILE, a manifest or a folder with one, nothing has to run.
${CHOICE_HELP}

Examples:
  pihost graph
  pihost graph --svg pihost.yaml > graph.svg`;

interface GraphOptions {
  readonly kernel?: string;
  readonly mermaid?: true;
  readonly svg?: true;
}

/** `pihost graph` */
export const addGraphCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("graph")
    .description("who may call whom, as a tree of text, for Mermaid or as SVG")
    .argument("[file]", "a manifest (default: that of the running kernel)")
    .option("-k, --kernel <name|socket>", "the kernel")
    .addOption(new Option("--mermaid", "a flowchart of Mermaid").conflicts("svg"))
    .option("--svg", "an SVG file")
    .addHelpText("after", HELP);
  command.action(async (file: string | undefined, { mermaid, svg, ...choice }: GraphOptions) => {
    const { readGraph } = await import("./read-graph.js");
    const graph = await readGraph(file, choice);
    print((mermaid ? graph.mermaid : svg ? graph.svg : graph.text).trimEnd());
    end(EXIT.done);
  });
};
