"""A SessionFrame as it comes: decoded columns and messages, see proto/pihost/v1/session.proto."""

from __future__ import annotations

from typing import Callable, NamedTuple

from .protobuf import FieldValue, bytes_of, number_of, read_fields, text_of, unpack_uint32


class Payload(NamedTuple):
    """A value in the payload format: its bytes, or the JSON text that says where they are."""

    inline: bytes | None
    place: str = ""


class Introduction(NamedTuple):
    handle: int
    module: str = ""
    method: str = ""
    reference: int = 0


class CallDetails(NamedTuple):
    place: int
    args: Payload | None = None
    attempt: int = 1
    timeout_ms: int = 0
    trace: dict[str, str] = {}


class Settlement(NamedTuple):
    id: int
    value: Payload | None = None
    error: Payload | None = None


class Abort(NamedTuple):
    signal: int
    reason: Payload | None = None


class Chunk(NamedTuple):
    payload: int
    data: bytes
    dropped: bool = False


class Frame:
    """One frame; what it does not say is empty."""

    __slots__ = (
        "aborts",
        "call_args",
        "call_details",
        "call_handles",
        "call_ids",
        "cancels",
        "chunks",
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
        "stream_closes",
        "stream_demands",
        "stream_ends",
        "stream_resumes",
        "void_ids",
    )

    def __init__(self) -> None:
        self.introductions: list[Introduction] = []
        self.call_ids: list[int] = []
        self.call_handles: list[int] = []
        self.call_args = ""
        self.call_details: list[CallDetails] = []
        self.cancels: list[int] = []
        self.stream_resumes: list[int] = []
        self.item_streams: list[int] = []
        self.items = ""
        self.item_payloads: list[tuple[int, Payload]] = []
        self.stream_ends: list[tuple[int, Payload | None]] = []
        self.aborts: list[Abort] = []
        self.result_ids: list[int] = []
        self.results = ""
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


def decode_frame(data: bytes) -> Frame:
    """Reads a frame. Unknown fields are skipped; raises PROTOCOL for what is no frame."""
    frame = Frame()
    for number, _, value in read_fields(data):
        read = _READERS.get(number)
        if read is not None:
            read(frame, value)
    return frame


def decode_payload(data: bytes) -> Payload:
    """The last of its two forms that was said, as a oneof has it."""
    payload = Payload(b"")
    for number, _, value in read_fields(data):
        if number == 1:
            payload = Payload(bytes_of(value))
        elif number == 2:
            payload = Payload(None, text_of(value))
    return payload


def _introduction(data: bytes) -> Introduction:
    handle = reference = 0
    module = method = ""
    for number, _, value in read_fields(data):
        if number == 1:
            handle = number_of(value)
        elif number == 2:
            module = text_of(value)
        elif number == 3:
            method = text_of(value)
        elif number == 4:
            reference = number_of(value)
    return Introduction(handle, module, method, reference)


def _call_details(data: bytes) -> CallDetails:
    index = attempt = timeout_ms = 0
    args: Payload | None = None
    trace: dict[str, str] = {}
    for number, _, value in read_fields(data):
        if number == 1:
            index = number_of(value)
        elif number == 2:
            args = decode_payload(bytes_of(value))
        elif number == 3:
            attempt = number_of(value)
        elif number == 4:
            timeout_ms = number_of(value)
        elif number == 5:
            entry = {key: text for key, _, text in read_fields(bytes_of(value))}
            trace[text_of(entry.get(1, b""))] = text_of(entry.get(2, b""))
    return CallDetails(index, args, attempt or 1, timeout_ms, trace)


def _numbered_payload(data: bytes) -> tuple[int, Payload | None]:
    """A number and, perhaps, a payload: IndexedPayload, StreamEnd, StreamClose and Abort are all made so."""
    index = 0
    payload: Payload | None = None
    for number, _, value in read_fields(data):
        if number == 1:
            index = number_of(value)
        elif number == 2:
            payload = decode_payload(bytes_of(value))
    return index, payload


def _indexed_payload(data: bytes) -> tuple[int, Payload]:
    index, payload = _numbered_payload(data)
    return index, payload if payload is not None else Payload(b"")


def _settlement(data: bytes) -> Settlement:
    call = 0
    outcome: tuple[Payload | None, Payload | None] = (None, None)
    for number, _, value in read_fields(data):
        if number == 1:
            call = number_of(value)
        elif number == 2:
            outcome = (decode_payload(bytes_of(value)), None)
        elif number == 3:
            outcome = (None, decode_payload(bytes_of(value)))
    return Settlement(call, *outcome)


def _demand(data: bytes) -> tuple[int, int]:
    stream = items = 0
    for number, _, value in read_fields(data):
        if number == 1:
            stream = number_of(value)
        elif number == 2:
            items = number_of(value)
    return stream, items


def _chunk(data: bytes) -> Chunk:
    payload = dropped = 0
    part = b""
    for number, _, value in read_fields(data):
        if number == 1:
            payload = number_of(value)
        elif number == 2:
            part = bytes_of(value)
        elif number == 3:
            dropped = number_of(value)
    return Chunk(payload, part, bool(dropped))


Reader = Callable[[Frame, FieldValue], None]


def _column(name: str) -> Reader:
    return lambda frame, value: getattr(frame, name).extend(unpack_uint32(value))


def _text(name: str) -> Reader:
    return lambda frame, value: setattr(frame, name, text_of(value))


def _number(name: str) -> Reader:
    return lambda frame, value: setattr(frame, name, number_of(value))


def _messages(name: str, decode: Callable[[bytes], object]) -> Reader:
    return lambda frame, value: getattr(frame, name).append(decode(bytes_of(value)))


_READERS: dict[int, Reader] = {
    1: _messages("introductions", _introduction),
    2: _column("call_ids"),
    3: _column("call_handles"),
    4: _text("call_args"),
    5: _messages("call_details", _call_details),
    6: _column("cancels"),
    7: _column("item_streams"),
    8: _text("items"),
    9: _messages("item_payloads", _indexed_payload),
    10: _messages("stream_ends", _numbered_payload),
    11: _messages("aborts", lambda data: Abort(*_numbered_payload(data))),
    12: _column("result_ids"),
    13: _text("results"),
    14: _column("void_ids"),
    15: _messages("settlements", _settlement),
    16: _messages("stream_demands", _demand),
    17: _messages("stream_closes", _numbered_payload),
    18: _column("releases"),
    19: _column("segments_read"),
    20: _messages("chunks", _chunk),
    21: _number("ping"),
    22: _number("pong"),
    23: _column("stream_resumes"),
    24: _column("handle_releases"),
}
