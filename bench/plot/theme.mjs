/**
 * Colours that are told apart on light and on dark, also by most who see colours differently (Okabe and Ito, a little
 * lighter where dark would swallow them). The chart brings its own ground, because an image cannot know the page's.
 */
export const STYLE = `
  .ground { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 1.8; }
  .ours { stroke-width: 3.5; }
  .bar { fill: #8c959f; }
  .bar-ours { fill: #d55e00; }
  .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .bar { fill: #656c76; }
  }
`;

/** One colour for each peer, the same in every chart. @type {Readonly<Record<string, string>>} */
export const COLOURS = {
  "process-isolation": "#d55e00",
  "fork-json": "#0072b2",
  "fork-advanced": "#56a4e9",
  "worker-threads": "#009e73",
  piscina: "#8a9a1b",
  tinypool: "#b8860b",
  workerpool: "#cc79a7",
  "jest-worker": "#9467bd",
  "grpc-js": "#c44e52",
  "unix-socket": "#7f7f7f",
};
