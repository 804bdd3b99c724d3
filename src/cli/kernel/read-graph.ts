import { REQUESTS } from "../../kernel/connect/index.js";
import { graphMermaid, graphSvg, graphText } from "../../kernel/graph/index.js";
import { readManifest } from "../../kernel/manifest/index.js";
import { type KernelChoice, withKernel } from "./choose-kernel.js";
import { manifestFile } from "./manifest-file.js";

/** A graph in each of its forms. */
export interface Graph {
  readonly text: string;
  readonly mermaid: string;
  readonly svg: string;
}

/** Of a manifest, or of a kernel that runs. */
export async function readGraph(file: string | undefined, choice: KernelChoice): Promise<Graph> {
  if (file === undefined) return withKernel(choice, (client) => client.unary("Graph", REQUESTS.Graph, {}));
  const manifest = await readManifest(manifestFile(file));
  return { text: graphText(manifest), mermaid: graphMermaid(manifest), svg: graphSvg(manifest) };
}
