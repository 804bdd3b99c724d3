"""A SessionFrame in the making, and as bytes."""

from __future__ import annotations

from .frame import Abort, CallDetails, Chunk, Introduction, Payload, Settlement
from .protobuf import length_delimited, number_field, pack_uint32, text_field
from .surrogates import utf8

# Below the host's bound on the entries of a frame, and small enough that a frame behind it hardly waits.
_FULL_ENTRIES = 4096
_FULL_BYTES = 256 * 1024


class Draft:
    """What one side has to say since its last frame. Columns hold the JSON texts of their elements."""

    __slots__ = (
        "aborts",
        "call_args",
        "call_details",
        "call_handles",
        "call_ids",
        "cancels",
        "chunks",
        "entries",
        "handle_releases",
        "introductions",
        "item_payloads",
        "item_streams",
        "items",
        "ping",
        "pong",
        "releases",
        "result_ids",
        "results",
        "segments_read",
        "settlements",
        "size",
        "stream_closes",
        "stream_demands",
        "stream_ends",
        "stream_resumes",
        "void_ids",
    )

    def __init__(self) -> None:
        self.entries = 0
        self.size = 0
        self.introductions: list[Introduction] = []
        self.call_ids: list[int] = []
        self.call_handles: list[int] = []
        self.call_args: list[str] = []
        self.call_details: list[CallDetails] = []
        self.cancels: list[int] = []
        self.stream_resumes: list[int] = []
        self.item_streams: list[int] = []
        self.items: list[str] = []
        self.item_payloads: list[tuple[int, Payload]] = []
        self.stream_ends: list[tuple[int, Payload | None]] = []
        self.aborts: list[Abort] = []
        self.result_ids: list[int] = []
        self.results: list[str] = []
        self.void_ids: list[int] = []
        self.settlements: list[Settlement] = []
        self.stream_demands: list[tuple[int, int]] = []
        self.stream_closes: list[tuple[int, Payload | None]] = []
        self.releases: list[int] = []
        self.segments_read: list[int] = []
        self.handle_releases: list[int] = []
        self.chunks: list[Chunk] = []
        self.ping = 0
        self.pong = 0

    def count(self, size: int) -> None:
        """One more entry, of about so many bytes."""
        self.entries += 1
        self.size += size

    @property
    def is_full(self) -> bool:
        """Whether it should leave before it takes more."""
        return self.entries >= _FULL_ENTRIES or self.size >= _FULL_BYTES


def encode_payload(payload: Payload) -> bytes:
    """A message Payload."""
    if payload.inline is None:
        return text_field(2, payload.place)
    return length_delimited(1, payload.inline)


def encode_frame(draft: Draft) -> bytes:
    """The frame, its fields in ascending order."""
    parts: list[bytes] = []
    for introduction in draft.introductions:
        parts.append(length_delimited(1, _introduction(introduction)))
    if draft.call_ids:
        parts.append(length_delimited(2, pack_uint32(draft.call_ids)))
        parts.append(length_delimited(3, pack_uint32(draft.call_handles)))
        parts.append(length_delimited(4, _column(draft.call_args)))
    for details in draft.call_details:
        parts.append(length_delimited(5, _call_details(details)))
    _numbers(parts, 6, draft.cancels)
    if draft.item_streams:
        parts.append(length_delimited(7, pack_uint32(draft.item_streams)))
        parts.append(length_delimited(8, _column(draft.items)))
    for indexed in draft.item_payloads:
        parts.append(length_delimited(9, _numbered(*indexed)))
    for end in draft.stream_ends:
        parts.append(length_delimited(10, _numbered(*end)))
    for abort in draft.aborts:
        parts.append(length_delimited(11, _numbered(*abort)))
    if draft.result_ids:
        parts.append(length_delimited(12, pack_uint32(draft.result_ids)))
        parts.append(length_delimited(13, _column(draft.results)))
    _numbers(parts, 14, draft.void_ids)
    for settlement in draft.settlements:
        parts.append(length_delimited(15, _settlement(settlement)))
    for stream, items in draft.stream_demands:
        parts.append(length_delimited(16, number_field(1, stream) + number_field(2, items)))
    for close in draft.stream_closes:
        parts.append(length_delimited(17, _numbered(*close)))
    _numbers(parts, 18, draft.releases)
    _numbers(parts, 19, draft.segments_read)
    for chunk in draft.chunks:
        parts.append(length_delimited(20, _chunk(chunk)))
    parts.append(number_field(21, draft.ping))
    parts.append(number_field(22, draft.pong))
    _numbers(parts, 23, draft.stream_resumes)
    _numbers(parts, 24, draft.handle_releases)
    return b"".join(parts)


def _column(texts: list[str]) -> bytes:
    return utf8("[" + ",".join(texts) + "]")


def _numbers(parts: list[bytes], field: int, numbers: list[int]) -> None:
    if numbers:
        parts.append(length_delimited(field, pack_uint32(numbers)))


def _introduction(introduction: Introduction) -> bytes:
    return (
        number_field(1, introduction.handle)
        + text_field(2, introduction.module)
        + text_field(3, introduction.method)
        + number_field(4, introduction.reference)
    )


def _call_details(details: CallDetails) -> bytes:
    parts = [number_field(1, details.place)]
    if details.args is not None:
        parts.append(length_delimited(2, encode_payload(details.args)))
    parts.append(number_field(3, details.attempt if details.attempt > 1 else 0))
    parts.append(number_field(4, details.timeout_ms))
    for key, value in details.trace.items():
        parts.append(length_delimited(5, text_field(1, key) + text_field(2, value)))
    return b"".join(parts)


def _numbered(number: int, payload: Payload | None) -> bytes:
    return number_field(1, number) + (b"" if payload is None else length_delimited(2, encode_payload(payload)))


def _settlement(settlement: Settlement) -> bytes:
    parts = [number_field(1, settlement.id)]
    if settlement.value is not None:
        parts.append(length_delimited(2, encode_payload(settlement.value)))
    elif settlement.error is not None:
        parts.append(length_delimited(3, encode_payload(settlement.error)))
    return b"".join(parts)


def _chunk(chunk: Chunk) -> bytes:
    return number_field(1, chunk.payload) + length_delimited(2, chunk.data) + number_field(3, int(chunk.dropped))
