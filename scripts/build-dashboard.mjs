import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** What a browser gets as it lies in the repository. */
const AS_THEY_ARE = ["index.html", "icon.svg"];

/**
 * Builds the page of the dashboard: one script and one style sheet, which need nothing else.
 * @param {{ root: string, outputDirectory: string }} options
 * @returns {Promise<import("esbuild").Metafile>}
 */
export async function buildDashboard({ root, outputDirectory }) {
  const { build } = await import("esbuild");
  mkdirSync(outputDirectory, { recursive: true });
  for (const file of AS_THEY_ARE) copyFileSync(join(root, "dashboard", file), join(outputDirectory, file));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: "dashboard/src/main.tsx", out: "app" },
      { in: "dashboard/app.css", out: "app" },
    ],
    outdir: outputDirectory,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: ["chrome120", "firefox121", "safari17.2"],
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "silent",
  });
  return metafile;
}
