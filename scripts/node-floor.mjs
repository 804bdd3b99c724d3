/** The oldest Node that the package and its tools run on; equal to `engines` in package.json. */
export const NODE_FLOOR = [20, 19];

/** Ends the process with one clear sentence when this Node is older than the floor. */
export function requireSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [floorMajor = 0, floorMinor = 0] = NODE_FLOOR;
  if (major > floorMajor || (major === floorMajor && minor >= floorMinor)) return;
  process.stderr.write(
    `This project needs Node ${NODE_FLOOR.join(".")} or newer; this is Node ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exit(1);
}
