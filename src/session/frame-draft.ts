import type { SessionFrame } from "../contract/index.js";
import { emptyFrame } from "./frame-decoder.js";
import { JsonColumn } from "./json-column.js";

/** The frame that is being filled, and how much is in it. */
export class FrameDraft {
  frame = emptyFrame();
  readonly args = new JsonColumn();
  readonly items = new JsonColumn();
  readonly results = new JsonColumn();
  entries = 0;
  /** How long its texts are together, in characters, and what goes out of band because of it, in bytes. */
  text = 0;
  /** Whether anything in it answers the peer. */
  hasAnswers = false;
  /** Whether it has anything but columns. */
  hasMore = false;

  /** The frame as it is to be encoded; the draft is empty then. */
  take(): SessionFrame {
    const { frame } = this;
    frame.callArgs = this.args.take();
    frame.items = this.items.take();
    frame.results = this.results.take();
    this.frame = emptyFrame();
    this.entries = 0;
    this.text = 0;
    this.hasAnswers = false;
    this.hasMore = false;
    return frame;
  }
}
