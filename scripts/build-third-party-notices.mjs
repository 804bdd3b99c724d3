import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE_FOLDER = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|notice|copying)(\.|$|-)/i;

/**
 * The licences of every package of which a part is in the bundles.
 * @param {string} root the folder that the metafiles' paths are relative to
 * @param {readonly import("esbuild").Metafile[]} metafiles
 */
export function thirdPartyNotices(root, metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  const folders = new Set(
    inputs.map((path) => PACKAGE_FOLDER.exec(path)?.[1]).filter((folder) => folder !== undefined),
  );
  const notices = [...folders].map((folder) => noticeOf(join(root, folder))).sort();
  return `The files of this folder, and of those in it, contain parts of the packages below.\n\n${notices.join("\n\n")}\n`;
}

/** One package: name, version, licence, and the text of its licence files. @param {string} folder */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${folder} is bundled but names no licence`);
  const texts = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => LICENCE_FILE.test(file))
        .sort()
    : [];
  const heading = `${name} ${version} (${license})`;
  const text = texts.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
  return `${heading}\n${"-".repeat(heading.length)}\n${text}`.trim();
}
