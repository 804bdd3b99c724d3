"""What leaves, other than calls: answers, items of streams, and what one side tells the other of its loans."""

from __future__ import annotations

from typing import Any, Callable, Protocol

from ..codec import column_text
from ..errors import IsolationError
from ..wire import Abort, Payload, Settlement
from .lending import Scope
from .outbox import Outbox

# What an item in a payload counts in a frame, at most: its bytes go ahead of it.
_MAX_ITEM_SIZE = 64 * 1024


class Encoding(Protocol):
    """How values become payloads."""

    def encode(self, value: Any, path: str, scope: Scope | None) -> Payload: ...

    def encode_error(self, error: BaseException) -> Payload: ...


class Sender:
    """Puts messages into the outbox. All threads may use it."""

    def __init__(self, outbox: Outbox, encoding: Callable[[], Encoding], on_stream_over: Callable[[int], Any]) -> None:
        self._outbox = outbox
        self._encoding = encoding
        self._on_stream_over = on_stream_over
        #: Of all streams together, roughly.
        self.bytes_under_way = 0

    def answer_payload(self, call: int, value: Any) -> None:
        """Answers with any value. Raises NOT_SERIALIZABLE."""
        text = column_text(value)
        payload = self._encoding().encode(value, "result", None) if text is None else None
        with self._outbox.lock:
            draft = self._outbox.draft()
            if text is not None:
                draft.result_ids.append(call)
                draft.results.append(text)
                draft.count(len(text))
            else:
                draft.settlements.append(Settlement(call, payload))
                draft.count(_size_of(payload))

    def answer_error(self, call: int, error: BaseException) -> None:
        """Answers with what was raised."""
        payload = self._encoding().encode_error(error)
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.settlements.append(Settlement(call, None, payload))
            draft.count(_size_of(payload))

    def send_item(self, stream: int, value: Any) -> int:
        """Sends an item of a stream."""
        text = column_text(value)
        payload = self._encoding().encode(value, "item", None) if text is None else None
        size = len(text) if text is not None else _size_of(payload)
        with self._outbox.lock:
            draft = self._outbox.draft()
            if payload is not None:
                draft.item_payloads.append((len(draft.item_streams), payload))
            draft.item_streams.append(stream)
            draft.items.append("null" if text is None else text)
            draft.count(min(size, _MAX_ITEM_SIZE))
        self._outbox.flush_later()
        return size

    def send_end(self, stream: int, error: BaseException | None) -> None:
        """A stream of this side is over."""
        payload = self._encoding().encode_error(error) if error is not None else None
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.stream_ends.append((stream, payload))
            draft.count(_size_of(payload))
        self._outbox.flush_later()
        self._on_stream_over(stream)

    def send_resume(self, stream: int) -> None:
        """A stream of this side was thrown into and goes on."""
        self._put_number("stream_resumes", stream)

    def send_demand(self, stream: int, items: int) -> None:
        """So many items of a stream of the other side were taken."""
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.stream_demands.append((stream, items))
            draft.count(10)
        self._outbox.flush_later()

    def send_close(self, stream: int) -> None:
        """Nobody here wants more of a stream of the other side. May be called by a finalizer."""
        self._outbox.do_later(lambda: self._put_close(stream))

    def give_back(self, reference: int, handles: list[int]) -> None:
        """Nobody here has what was lent any more. May be called by a finalizer."""
        self._outbox.do_later(lambda: self._put_release(reference, handles))

    def release_handle(self, handle: int) -> None:
        """An export will not be called by this handle any more. May be called by a finalizer."""
        self._outbox.do_later(lambda: self._put_number("handle_releases", handle))

    def _put_close(self, stream: int) -> None:
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.stream_closes.append((stream, None))
            draft.count(5)
        self._outbox.flush_later()

    def _put_release(self, reference: int, handles: list[int]) -> None:
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.releases.append(reference)
            draft.handle_releases += handles
            draft.count(10)
        self._outbox.flush_later()

    def _put_number(self, column: str, number: int) -> None:
        with self._outbox.lock:
            draft = self._outbox.draft()
            getattr(draft, column).append(number)
            draft.count(5)
        self._outbox.flush_later()

    def tell_abort(self, reference: int, reason: Any) -> None:
        """A signal of this side has fired."""
        error = reason if isinstance(reason, BaseException) else IsolationError("CANCELLED", str(reason))
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.aborts.append(Abort(reference, self._encoding().encode_error(error)))
            draft.count(256)
        self._outbox.flush_later()

    def flush_later(self) -> None:
        """Has what there is sent soon; for the thread that reads."""
        self._outbox.flush_later()

    def send_pong(self, number: int) -> None:
        """This side reads, and lives."""
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.pong = number
            draft.count(5)
        self._outbox.flush_later()


def _size_of(payload: Payload | None) -> int:
    return len(payload.inline) if payload is not None and payload.inline is not None else 64
