import { climber } from "./climber.mjs";
import { frames } from "./surfaces/frames.mjs";
import { childOutput, handshakeLines } from "./surfaces/lines.mjs";
import { liveOutput, rpc } from "./surfaces/live.mjs";
import { segments } from "./surfaces/segments.mjs";
import { childSession, hostSession } from "./surfaces/sessions.mjs";
import { values } from "./surfaces/values.mjs";

/** Every surface again, for what its inputs cost. */
export const AMPLIFICATION = [
  values,
  frames,
  handshakeLines,
  childOutput,
  hostSession,
  childSession,
  segments,
  rpc,
  liveOutput,
].map(climber);
