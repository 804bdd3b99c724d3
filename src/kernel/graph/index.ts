/** What a manifest means, for people: the plan of the start, and the graph of who may call whom. */
export { graphMermaid } from "./graph-mermaid.js";
export { graphSvg } from "./graph-svg.js";
export { graphText } from "./graph-text.js";
export { describePlan } from "./plan.js";
