"""Where bytes are that do not travel in the frame that needs them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ..codec import parse_json
from ..errors import protocol_error
from ..wire import Payload
from .chunks import ChunkReceiver, ChunkSender
from .outbox import Outbox
from .segments import SegmentReader, SegmentWriter

_OUT_OF_BAND_BYTES = 32 * 1024


class SharedFolder(NamedTuple):
    """The folder in memory, and the prefixes that tell the two sides' files apart."""

    path: str
    own_prefix: str
    peer_prefix: str


class Places:
    """Sends bytes out of band, and finds those that came so."""

    def __init__(self, outbox: Outbox, shared: SharedFolder | None) -> None:
        self._outbox = outbox
        self._sender = ChunkSender(outbox)
        self.received = ChunkReceiver()
        self._writer = SegmentWriter(shared.path, shared.own_prefix) if shared else None
        self._reader = SegmentReader(shared.path, shared.peer_prefix) if shared else None

    def put(self, data: memoryview[Any]) -> dict[str, Any]:
        """Sends the bytes ahead and says where they are."""
        segment = self._writer.write(data) if self._writer is not None else None
        if segment is not None:
            return {"segment": segment, "length": len(data)}
        return {"chunks": self._sender.send(data), "length": len(data)}

    def payload(self, data: bytes) -> Payload:
        """A payload of encoded bytes, which go ahead where they are many."""
        if len(data) < _OUT_OF_BAND_BYTES:
            return Payload(data)
        return Payload(None, json.dumps(self.put(memoryview(data))))

    def data_of(self, payload: Payload) -> bytes:
        """The encoded bytes of a payload. Raises PROTOCOL."""
        if payload.inline is not None:
            return payload.inline
        return self.read(parse_json(payload.place))

    def read(self, place: Any) -> bytes:
        """The bytes at a place. Raises PROTOCOL."""
        length = place.get("length") if isinstance(place, dict) else None
        if type(length) is not int or length < 0:
            raise protocol_error(f"{place!r} is no place of a payload")
        if type(place.get("chunks")) is int:
            return self.received.take(place["chunks"], length)
        if type(place.get("segment")) is int and self._reader is not None:
            try:
                return self._reader.read(place["segment"], length)
            finally:
                self._acknowledge(place["segment"])
        raise protocol_error(f"{place!r} is no place of a payload that this Session has")

    def segment_read(self, number: int) -> None:
        """The peer has read one of ours."""
        if self._writer is not None:
            self._writer.release(number)

    def close(self) -> None:
        """Removes what is left of ours."""
        if self._writer is not None:
            self._writer.close()

    def _acknowledge(self, segment: int) -> None:
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.segments_read.append(segment)
            draft.count(5)
        self._outbox.flush_later()
