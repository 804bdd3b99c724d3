import { CONNECTION_WINDOW_BYTES, METADATA_BYTES, STREAM_WINDOW_BYTES, STREAMS_AT_ONCE } from "../bounds.js";
import { DEFAULT_WINDOW, FRAME, FRAME_HEADER_BYTES, PREFACE, SETTING } from "./protocol.js";

/** What a side says first: its settings, and how far the other may be ahead. */
export function greeting(isServer: boolean): Buffer {
  const settings: [number, number][] = [
    [SETTING.initialWindowSize, STREAM_WINDOW_BYTES],
    [SETTING.maxHeaderListSize, METADATA_BYTES],
    isServer ? [SETTING.maxConcurrentStreams, STREAMS_AT_ONCE] : [SETTING.enablePush, 0],
  ];
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + 6 * settings.length);
  frame.writeUIntBE(6 * settings.length, 0, 3);
  frame[3] = FRAME.settings;
  settings.forEach(([id, value], index) => {
    const at = frame.writeUInt16BE(id, FRAME_HEADER_BYTES + 6 * index);
    frame.writeUInt32BE(value, at);
  });
  const window = Buffer.from([0, 0, 4, FRAME.windowUpdate, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  window.writeUInt32BE(CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW, FRAME_HEADER_BYTES);
  return isServer ? Buffer.concat([frame, window]) : Buffer.concat([PREFACE, frame, window]);
}
