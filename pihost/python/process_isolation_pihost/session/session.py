"""One end of a Session."""

from __future__ import annotations

import sys
import threading
from itertools import repeat
from operator import attrgetter
from typing import Any, Callable, Dict, List, Optional, Protocol, Union

from ..codec import column_text, parse_json
from ..errors import IsolationError, protocol_error, thrown_as_exception
from ..wire import Abort, CallDetails, Frame, Introduction, Payload, Settlement, decode_frame
from .executor import Executor
from .incoming_calls import Callee, IncomingCall, IncomingCalls
from .lane import Lane
from .lending import Loans
from .outbox import Outbox
from .outgoing_calls import OutgoingCalls
from .pending import AwaitedCall
from .places import Places, SharedFolder
from .stand_ins import Handle
from .stream_export import AsyncStreamExport, StreamExport
from .values import SessionValues


class Handler(Protocol):
    """What the modules of this side are."""

    def callee(self, module: str, method: str) -> Callee:
        """What a handle of an export stands for. Never raises: its ``resolve`` does."""
        ...

    @property
    def refusal(self) -> Optional[BaseException]:
        """Why no call may begin now."""
        ...


class Session:
    """
    Calls both ways over one lane.

    One thread calls ``serve``, which reads until the lane ends. User code runs in the executor. Everything else may be
    called from any thread.
    """

    def __init__(
        self, lane: Lane, handler: Handler, executor: Executor, shared_folder: Optional[SharedFolder] = None
    ) -> None:
        self.executor = executor
        self.bytes_under_way = 0
        self._lane = lane
        self._handler = handler
        self._outbox = Outbox(lane)
        self._places = Places(self._outbox, shared_folder)
        self._loans = Loans(self._open_stream, self._tell_abort)
        self._values = SessionValues(self, self._places, self._loans)
        self._outgoing = OutgoingCalls(self._outbox, executor, self._values)
        self.incoming = IncomingCalls(self._outbox, executor, self)
        self._callees: Dict[int, Callee] = {}
        self._exports: Dict[int, Union[StreamExport, AsyncStreamExport]] = {}
        self._streams_over = threading.Condition()

    # -- what the owner of the session does ---------------------------------------------------------------------------

    def serve(self) -> None:
        """Reads until the lane ends; then nobody here waits for anything any more."""
        breach = self.serve_frames()
        self.lose(breach or IsolationError("STOPPED", "the other side has closed the Session"))

    def serve_frames(self) -> Optional[IsolationError]:
        """Reads until the lane ends; gives the breach of the contract that ended it, if one did. ``lose`` is up to the caller."""
        try:
            while True:
                frames = self._lane.read()
                if not frames:
                    break
                calls: List[IncomingCall] = []
                for data in frames:
                    self._handle(decode_frame(data), calls)
                if calls:
                    self.incoming.run(calls)
                if self._outgoing.settled:
                    AwaitedCall.wake(self._outgoing.settled)
        except IsolationError as error:
            return error
        return None

    def new_handle(self, module: str = "", method: str = "", reference: int = 0) -> Handle:
        """A handle of this side."""
        return self._outgoing.new_handle(module, method, reference)

    def call(self, handle: Handle, args: Any, timeout: Optional[float] = None) -> Any:
        """Calls and waits in this thread, at most so many seconds."""
        return self._outgoing.wait(handle, args, timeout)

    async def call_async(self, handle: Handle, args: Any, timeout: Optional[float] = None) -> Any:
        """Calls and waits in this task."""
        return await self._outgoing.await_(handle, args, timeout)

    def call_lent(self, handle: Handle, args: Any) -> Any:
        """As user code calls what was lent: waits in a thread, gives an awaitable where an event loop runs."""
        asyncio = sys.modules.get("asyncio")
        if asyncio is not None and asyncio._get_running_loop() is not None:
            return asyncio.ensure_future(self._outgoing.await_(handle, args, None))
        return self._outgoing.wait(handle, args, None)

    def drain(self, reason: IsolationError) -> None:
        """Tells the calls that run that the process is to end."""
        self.incoming.drain(reason)

    def wait_until_answered(self, timeout: float) -> bool:
        """Waits until no call runs and no stream is open, at most so many seconds."""
        if not self.incoming.wait_until_idle(timeout):
            return False
        with self._streams_over:
            return self._streams_over.wait_for(lambda: not self._exports, timeout)

    def flush(self) -> None:
        """Sends all that waits."""
        self._outbox.flush()

    def close(self) -> None:
        """Ends the lane."""
        self._lane.close()

    def lose(self, error: IsolationError) -> None:
        """The other side is gone."""
        self.incoming.lose()
        self._outgoing.lose(error)
        for reference in list(self._values.streams):
            stream = self._values.stream(reference)
            if stream is not None:
                stream.end(error)
        for export in list(self._exports.values()):
            export.abandon()
        self._exports.clear()
        self._loans.end_all()
        self._places.close()
        self._outbox.close()

    # -- what came ----------------------------------------------------------------------------------------------------

    def _handle(self, frame: Frame, calls: List[IncomingCall]) -> None:
        for chunk in frame.chunks:
            self._places.received.take_part(chunk)
        for introduction in frame.introductions:
            self._introduce(introduction)
        if frame.call_ids:
            self._take_calls(frame, calls)
        if frame.cancels:
            if calls:
                # They have to be known before they can be cancelled.
                self.incoming.run(list(calls))
                calls.clear()
            for call in frame.cancels:
                self.incoming.cancel(call)
        if frame.item_streams:
            self._take_items(frame)
        for stream, payload in frame.stream_ends:
            self._end_stream(stream, payload)
        for abort in frame.aborts:
            signal = self._values.signals.get(abort.signal)
            reason = self._values.decode_error(abort.reason) if abort.reason is not None else None
            if signal is not None:
                signal.abort(reason)
        self._take_answers(frame)
        for stream, items in frame.stream_demands:
            if stream in self._exports:
                self._exports[stream].demand(items)
        for stream, payload in frame.stream_closes:
            if stream in self._exports:
                error = thrown_as_exception(self._values.decode_error(payload)) if payload is not None else None
                self._exports[stream].close(error)
        for reference in frame.releases:
            self._loans.end(reference)
        for segment in frame.segments_read:
            self._places.segment_read(segment)
        for handle in frame.handle_releases:
            self._callees.pop(handle, None)
        if frame.ping:
            with self._outbox.lock:
                draft = self._outbox.draft()
                draft.pong = frame.ping
                draft.count(5)
            self._outbox.flush_later()

    def _introduce(self, introduction: Introduction) -> None:
        handle, module, method, reference = introduction
        if not reference:
            self._callees[handle] = self._handler.callee(module, method)
            return
        self._callees[handle] = Callee(lambda _: self._lent_function(reference, method))

    def _lent_function(self, reference: int, method: str) -> Callable[..., Any]:
        loan = self._loans.find(reference)
        if loan is None:
            raise IsolationError("METHOD_NOT_FOUND", f"what was lent as {reference} is lent no more")
        if not method:
            function: Callable[..., Any] = loan.target
            return function
        if method == "@@asyncIterator":
            return lambda: aiter_of(loan.target)
        if method.startswith("_") or not hasattr(loan.target, method):
            raise IsolationError("METHOD_NOT_FOUND", f"the object has no public member {method!r}")
        member = getattr(loan.target, method)
        return member if callable(member) else lambda: member

    def _take_calls(self, frame: Frame, calls: List[IncomingCall]) -> None:
        column = parse_json(frame.call_args)
        ids, handles = frame.call_ids, frame.call_handles
        if not isinstance(column, list) or not len(column) == len(ids) == len(handles):
            raise protocol_error("the columns of calls have not the same length")
        callees = self._callees
        refusal = self._handler.refusal
        if not frame.call_details and refusal is None:
            found = [callees.get(handle) for handle in handles]
            if None not in found and _LIST.issuperset(map(type, column)) and not any(map(_is_immediate, found)):
                calls.extend(zip(ids, found, column, repeat(None)))  # type: ignore[arg-type]
                return
        details: Dict[int, CallDetails] = {entry.index: entry for entry in frame.call_details}
        for index, call in enumerate(ids):
            callee = callees.get(handles[index])
            if callee is None:
                raise protocol_error(f"the peer called the handle {handles[index]}, which it never introduced")
            mine = details.get(index) if details else None
            args = column[index]
            try:
                if mine is not None and mine.args is not None:
                    args = self._values.decode(mine.args)
            except IsolationError as error:
                self.incoming.refuse(call, error)
                continue
            if not isinstance(args, list):
                raise protocol_error("the arguments of a call are no array")
            if callee.is_immediate:
                self._answer_now(call, callee, args)
            elif refusal is not None:
                self.incoming.refuse(call, refusal)
            else:
                calls.append((call, callee, args, mine))

    def _answer_now(self, call: int, callee: Callee, args: Any) -> None:
        """For what the process itself answers, also while user code runs."""
        try:
            value = callee.resolve(callee)(*args)
            self.answer_payload(call, value)
        except Exception as error:
            self.answer_error(call, error)
        self._outbox.flush_later()

    def _take_items(self, frame: Frame) -> None:
        column = parse_json(frame.items)
        if not isinstance(column, list) or len(column) != len(frame.item_streams):
            raise protocol_error("the columns of items have not the same length")
        payloads = dict(frame.item_payloads)
        for index, reference in enumerate(frame.item_streams):
            payload = payloads.get(index)
            value = self._values.decode(payload) if payload is not None else column[index]
            stream = self._values.stream(reference)
            if stream is not None:
                stream.push(value)

    def _end_stream(self, reference: int, payload: Optional[Payload]) -> None:
        failure = self._values.decode_error(payload) if payload is not None else None
        stream = self._values.stream(reference)
        self._values.streams.pop(reference, None)
        if stream is not None:
            stream.end(failure)

    def _take_answers(self, frame: Frame) -> None:
        if frame.result_ids:
            column = parse_json(frame.results)
            if not isinstance(column, list) or len(column) != len(frame.result_ids):
                raise protocol_error("the columns of results have not the same length")
            for index, call in enumerate(frame.result_ids):
                self._settle(call, column[index], None)
        for call in frame.void_ids:
            self._settle(call, None, None)
        for settlement in frame.settlements:
            self._settle_payload(settlement)

    def _settle_payload(self, settlement: Settlement) -> None:
        if settlement.error is not None:
            thrown = self._values.decode_error(settlement.error)
            self._settle(settlement.id, None, thrown_as_exception(thrown))
            return
        try:
            value = self._values.decode(settlement.value) if settlement.value is not None else None
        except IsolationError as error:
            self._settle(settlement.id, None, error)
        else:
            self._settle(settlement.id, value, None)

    def _settle(self, call: int, value: Any, error: Optional[BaseException]) -> None:
        pending = self._outgoing.take(call)
        if pending is None:
            return
        scope, pending.scope = pending.scope, None
        if scope is not None:
            self._values.end_scope(scope)
        if not pending.is_abandoned:
            pending.settle(value, error)

    # -- what leaves --------------------------------------------------------------------------------------------------

    def answer_payload(self, call: int, value: Any) -> None:
        """Answers with any value. Raises NOT_SERIALIZABLE."""
        text = column_text(value)
        payload = self._values.encode(value, "result", None) if text is None else None
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
        payload = self._values.encode_error(error)
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.settlements.append(Settlement(call, None, payload))
            draft.count(_size_of(payload))

    def send_item(self, stream: int, value: Any) -> int:
        """Sends an item of a stream."""
        text = column_text(value)
        payload = self._values.encode(value, "item", None) if text is None else None
        size = len(text) if text is not None else _size_of(payload)
        with self._outbox.lock:
            draft = self._outbox.draft()
            if payload is not None:
                draft.item_payloads.append((len(draft.item_streams), payload))
            draft.item_streams.append(stream)
            draft.items.append("null" if text is None else text)
            draft.count(min(size, 64 * 1024))
        self._outbox.flush_later()
        return size

    def send_end(self, stream: int, error: Optional[BaseException]) -> None:
        """A stream of this side is over."""
        payload = self._values.encode_error(error) if error is not None else None
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.stream_ends.append((stream, payload))
            draft.count(_size_of(payload))
        self._outbox.flush_later()
        self._loans.end(stream)
        with self._streams_over:
            self._exports.pop(stream, None)
            self._streams_over.notify_all()

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

    def give_back(self, reference: int, handles: List[int]) -> None:
        """Nobody here has what was lent any more. May be called by a finalizer."""
        self._outbox.do_later(lambda: self._put_release(reference, handles))

    def _put_close(self, stream: int) -> None:
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.stream_closes.append((stream, None))
            draft.count(5)
        self._outbox.flush_later()

    def _put_release(self, reference: int, handles: List[int]) -> None:
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

    def _open_stream(self, reference: int, iterator: Any) -> None:
        if hasattr(iterator, "__anext__"):
            self._exports[reference] = AsyncStreamExport(reference, iterator, self, self.executor.loop)
        else:
            self._exports[reference] = StreamExport(reference, iterator, self, self.executor.submit)

    def _tell_abort(self, reference: int, reason: Any) -> None:
        error = reason if isinstance(reason, BaseException) else IsolationError("CANCELLED", str(reason))
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.aborts.append(Abort(reference, self._values.encode_error(error)))
            draft.count(256)
        self._outbox.flush_later()


def aiter_of(target: Any) -> Any:
    """An iterator over an object, async where it is."""
    return target.__aiter__() if hasattr(target, "__aiter__") else iter(target)


_LIST = frozenset((list,))
_is_immediate = attrgetter("is_immediate")


def _size_of(payload: Optional[Payload]) -> int:
    return len(payload.inline) if payload is not None and payload.inline is not None else 64


