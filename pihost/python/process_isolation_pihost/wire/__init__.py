"""The frames of a Session as bytes: protobuf by hand, so that no package is needed."""

from .encode_frame import Draft, encode_frame
from .frame import (
    Abort,
    CallDetails,
    Chunk,
    Frame,
    Introduction,
    Payload,
    Settlement,
    decode_frame,
)
from .framing import MAX_FRAME_BYTES, FrameSplitter, with_prefix

__all__ = [
    "MAX_FRAME_BYTES",
    "Abort",
    "CallDetails",
    "Chunk",
    "Draft",
    "Frame",
    "FrameSplitter",
    "Introduction",
    "Payload",
    "Settlement",
    "decode_frame",
    "encode_frame",
    "with_prefix",
]
