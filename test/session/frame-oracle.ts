import type { Payload, SessionFrame } from "../../src/contract/index.js";
import { readContract } from "../helpers/contract-client.js";

interface Codec {
  serialize(message: object): Buffer;
  deserialize(bytes: Buffer): object;
}

/** The contract's own reading of a frame, straight from proto/, without any of our code. */
const contract = readContract("pihost/v1/session.proto")["pihost.v1.SessionFrame"] as unknown as Codec;

/** A frame in bytes, by a protobuf library that knows only the .proto file. */
export function serializeByContract(frame: SessionFrame): Buffer {
  return contract.serialize(toContractForm(frame));
}

/** What a protobuf library that knows only the .proto file reads in the bytes, in the form of `toContractForm`. */
export function deserializeByContract(bytes: Buffer): object {
  return contract.deserialize(bytes);
}

/** A frame as that library has it: names as in the .proto file, oneofs as plain fields beside the name of the set one. */
export function toContractForm(frame: SessionFrame): object {
  return {
    introductions: frame.introductions,
    call_ids: frame.callIds,
    call_handles: frame.callHandles,
    call_args: frame.callArgs,
    call_details: frame.callDetails.map(({ timeoutMs, args, ...rest }) => ({
      ...rest,
      args: toPayload(args),
      timeout_ms: timeoutMs,
    })),
    cancels: frame.cancels,
    stream_resumes: frame.streamResumes,
    item_streams: frame.itemStreams,
    items: frame.items,
    item_payloads: frame.itemPayloads.map(({ index, value }) => ({ index, value: toPayload(value) })),
    stream_ends: frame.streamEnds.map(({ stream, error }) => ({ stream, error: toPayload(error) })),
    aborts: frame.aborts.map(({ signal, reason }) => ({ signal, reason: toPayload(reason) })),
    result_ids: frame.resultIds,
    results: frame.results,
    void_ids: frame.voidIds,
    settlements: frame.settlements.map(({ id, outcome }) =>
      outcome === undefined ? { id } : { id, outcome: outcome.$case, [outcome.$case]: toPayload(outcome.value) },
    ),
    stream_demands: frame.streamDemands,
    stream_closes: frame.streamCloses.map(({ stream, error }) => ({ stream, error: toPayload(error) })),
    releases: frame.releases,
    segments_read: frame.segmentsRead,
    handle_releases: frame.handleReleases,
    chunks: frame.chunks,
    ping: frame.ping,
    pong: frame.pong,
  };
}

function toPayload(payload: Payload | undefined): object | null {
  if (payload === undefined) return null;
  const { form } = payload;
  return form === undefined ? {} : { form: form.$case, [form.$case]: form.value };
}
