import { fetchedTool, fetchTool, type ToolName } from "../../scripts/registry-tools.mjs";
import { isMissing } from "./tool-of-the-machine.js";

/** A tool that the npm registry has. By hand, tests without it are left out; in CI it is fetched, or the tests fail. */
export async function registryTool(name: ToolName): Promise<string | undefined> {
  const tool = process.env.CI === "true" ? await fetchTool(name) : fetchedTool(name);
  isMissing(`${name} (node scripts/registry-tools.mjs ${name})`, tool !== undefined);
  return tool;
}
