"""What came: each message of a frame, in the order in which the contract has them handled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import repeat
from typing import Any, Protocol, Union

from ..codec import parse_json
from ..errors import IsolationError, protocol_error, thrown_as_exception
from ..wire import CallDetails, Frame, Introduction, Payload, Settlement
from .async_stream_export import AsyncStreamExport
from .granted import Granted, granted_member
from .incoming_calls import Callee, IncomingCall, IncomingCalls
from .lending import Loans
from .outgoing_calls import OutgoingCalls
from .places import Places
from .sender import Sender
from .stream_export import StreamExport
from .values import SessionValues


class Handler(Protocol):
    """What the modules of this side are."""

    def callee(self, module: str, method: str) -> Callee:
        """What a handle of an export stands for. Never raises: its ``resolve`` does."""
        ...

    @property
    def refusal(self) -> BaseException | None:
        """Why no call may begin now."""
        ...


Export = Union[StreamExport, AsyncStreamExport]


class FrameHandler:
    """Takes frames apart; runs in the thread that reads."""

    def __init__(
        self,
        handler: Handler,
        incoming: IncomingCalls,
        outgoing: OutgoingCalls,
        values: SessionValues,
        places: Places,
        loans: Loans,
        sender: Sender,
    ) -> None:
        self._handler = handler
        self._incoming = incoming
        self._outgoing = outgoing
        self._values = values
        self._places = places
        self._loans = loans
        self._sender = sender
        self._callees: dict[int, Callee] = {}
        # What those of them stand for that are no exports.
        self._references: dict[int, int] = {}
        # The highest number that the other side has introduced: one up to it that has no callee was released.
        self._last_handle = 0
        #: Held from the beginning of what the process itself does until its answer is on its way.
        self.answering = threading.Lock()
        #: Streams that this side produces.
        self.exports: dict[int, Export] = {}

    def handle(self, frame: Frame, calls: list[IncomingCall]) -> None:
        for chunk in frame.chunks:
            self._places.received.take_part(chunk)
        for introduction in frame.introductions:
            self._introduce(introduction)
        if frame.call_ids:
            self._take_calls(frame, calls)
        for call in frame.cancels:
            self._incoming.cancel(call)
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
            if stream in self.exports:
                self.exports[stream].demand(items)
        for stream, payload in frame.stream_closes:
            if stream in self.exports:
                error = thrown_as_exception(self._values.decode_error(payload)) if payload is not None else None
                self.exports[stream].close(error)
        for reference in frame.releases:
            self._loans.end(reference)
        for segment in frame.segments_read:
            self._places.segment_read(segment)
        for handle in frame.handle_releases:
            self._callees.pop(handle, None)
            self._references.pop(handle, None)
        if frame.ping:
            self._sender.send_pong(frame.ping)

    def _introduce(self, introduction: Introduction) -> None:
        handle, module, method, reference = introduction
        if self._stands_for_something(handle):
            raise protocol_error(f"the peer introduced the handle {handle} twice")
        self._last_handle = max(self._last_handle, handle)
        if not reference:
            self._references.pop(handle, None)
            self._callees[handle] = self._handler.callee(module, method)
            return
        self._references[handle] = reference
        self._callees[handle] = Callee(lambda _: self._lent_function(reference, method))

    def _stands_for_something(self, handle: int) -> bool:
        if handle not in self._callees:
            return False
        reference = self._references.get(handle)
        return reference is None or self._loans.find(reference) is not None

    def _lent_function(self, reference: int, method: str) -> Callable[..., Any]:
        loan = self._loans.find(reference)
        if loan is None:
            raise IsolationError("METHOD_NOT_FOUND", f"what was lent as {reference} is lent no more")
        if not method:
            function: Callable[..., Any] = loan.target
            return function
        if method == "@@asyncIterator":
            return lambda: aiter_of(loan.target)
        if isinstance(loan.target, Granted):
            return granted_member(loan.target, method)
        if method.startswith("_") or not hasattr(loan.target, method):
            raise IsolationError("METHOD_NOT_FOUND", f"the object has no public member {method!r}")
        member = getattr(loan.target, method)
        return member if callable(member) else lambda: member

    def _take_calls(self, frame: Frame, calls: list[IncomingCall]) -> None:
        column = parse_json(frame.call_args)
        ids, handles = frame.call_ids, frame.call_handles
        if not isinstance(column, list) or not len(column) == len(ids) == len(handles):
            raise protocol_error("the columns of calls have not the same length")
        callees = self._callees
        refusal = self._handler.refusal
        if not frame.call_details and refusal is None:
            distinct = [callees.get(handle) for handle in set(handles)]
            is_plain = not any(callee is None or callee.is_immediate for callee in distinct)
            if is_plain and _LIST.issuperset(map(type, column)):
                self._incoming.note(ids)
                calls.extend(zip(ids, map(callees.__getitem__, handles), column, repeat(None)))
                return
        details: dict[int, CallDetails] = {entry.place: entry for entry in frame.call_details}
        for index, call in enumerate(ids):
            callee = callees.get(handles[index])
            if callee is None:
                if handles[index] > self._last_handle:
                    raise protocol_error(f"the peer called the handle {handles[index]}, which it never introduced")
                self._incoming.refuse(call, _released())
                continue
            mine = details.get(index) if details else None
            args = column[index]
            try:
                if mine is not None and mine.args is not None:
                    args = self._values.decode(mine.args)
            except IsolationError as error:
                self._incoming.refuse(call, error)
                continue
            if not isinstance(args, list):
                raise protocol_error("the arguments of a call are no array")
            if callee.is_immediate:
                self._answer_now(call, callee, args)
            elif refusal is not None:
                self._incoming.refuse(call, refusal)
            else:
                self._incoming.note((call,))
                calls.append((call, callee, args, mine))

    def _answer_now(self, call: int, callee: Callee, args: Any) -> None:
        """For what the process itself answers, also while user code runs."""
        with self.answering:
            try:
                value = callee.resolve(callee)(*args)
                self._sender.answer_payload(call, value)
            except Exception as error:
                self._sender.answer_error(call, error)
            self._sender.flush_later()

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

    def _end_stream(self, reference: int, payload: Payload | None) -> None:
        failure = self._values.decode_error(payload) if payload is not None else None
        stream = self._values.stream(reference)
        self._values.end_stream(reference)
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
        pending = self._outgoing.find(settlement.id)
        scope = pending.scope if pending is not None else None
        try:
            value = self._values.decode_result(settlement.value or Payload(b""), scope)
        except IsolationError as error:
            self._settle(settlement.id, None, error)
            return
        if pending is not None:
            # Its result has it now.
            pending.scope = None
        self._settle(settlement.id, value, None)

    def _settle(self, call: int, value: Any, error: BaseException | None) -> None:
        pending = self._outgoing.take(call)
        if pending is None:
            return
        scope, pending.scope = pending.scope, None
        if scope is not None:
            self._values.end_scope(scope)
        if not pending.is_abandoned:
            pending.settle(value, error)


def _released() -> IsolationError:
    return IsolationError("METHOD_NOT_FOUND", "what was called is lent no more, or was released")


def aiter_of(target: Any) -> Any:
    """An iterator over an object, async where it is."""
    return target.__aiter__() if hasattr(target, "__aiter__") else iter(target)


_LIST = frozenset((list,))
