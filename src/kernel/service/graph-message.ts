import type { GraphIsolate, KernelServiceGraphResponse } from "../../contract/kernel.js";
import { graphMermaid, graphSvg, graphText } from "../graph/index.js";
import type { ResolvedIsolate, ResolvedManifest } from "../manifest/index.js";

/** Who may call whom, as data and for people. */
export function graphMessage(manifest: ResolvedManifest): KernelServiceGraphResponse {
  return {
    isolates: [...manifest.isolates.values()].map(isolateMessage),
    text: graphText(manifest),
    mermaid: graphMermaid(manifest),
    svg: graphSvg(manifest),
  };
}

function isolateMessage({ name, dependencies, uses }: ResolvedIsolate): GraphIsolate {
  return {
    name,
    dependencies: [...dependencies],
    uses: [...uses].map(([target, { exports, lazy, handOn }]) => ({
      target,
      exports: exports === "*" ? [] : [...exports],
      allExports: exports === "*",
      lazy,
      handOn,
    })),
  };
}
