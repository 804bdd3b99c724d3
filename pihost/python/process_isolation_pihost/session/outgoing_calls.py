"""The calls of this side."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import Any, Callable, Protocol

from ..codec import column_text
from ..errors import IsolationError
from ..wire import CallDetails, Introduction, Payload
from .executor import Executor
from .lending import Scope
from .outbox import Outbox
from .pending import AwaitedCall, BlockingCall, PendingCall
from .stand_ins import Handle, ReleasedHandle

# Never changed.
NO_TRACE: dict[str, str] = {}


class Values(Protocol):
    """What calls need for their arguments."""

    def encode(self, value: Any, path: str, scope: Scope | None) -> Payload: ...

    def end_scope(self, scope: Scope) -> None: ...


class OutgoingCalls:
    """Sends calls and keeps those that wait."""

    def __init__(self, outbox: Outbox, executor: Executor, values: Values) -> None:
        self._outbox = outbox
        self._executor = executor
        self._values = values
        self._lock = threading.Lock()
        self._last_id = 0
        self._last_handle = 0
        self._pending: dict[int, PendingCall] = {}
        self.settled: list[AwaitedCall] = []
        self._lost: BaseException | None = None

    def new_handle(self, module: str = "", method: str = "", reference: int = 0) -> Handle:
        """A handle, which its first call introduces."""
        return Handle(self._next_handle(), module, method, reference)

    def new_released_handle(self, module: str, method: str, release: Callable[[int], Any]) -> Handle:
        """A handle of an export, which is released once nobody here has it."""
        return ReleasedHandle(self._next_handle(), module, method, release)

    def wait(self, handle: Handle, args: Sequence[Any], timeout: float | None, trace: dict[str, str] = NO_TRACE) -> Any:
        """Calls, and waits in this thread."""
        call = BlockingCall()
        self._send(handle, args, call, timeout, trace)
        with self._executor.blocked():
            self._outbox.flush()
            try:
                is_answered = call.wait(timeout)
            except BaseException:
                # An interrupt: nobody waits any more.
                self.cancel(call)
                raise
        if not is_answered and self.cancel(call):
            raise _late(handle, timeout)
        if not is_answered:
            call.wait(None)
        if call.error is not None:
            raise call.error
        return call.value

    async def await_(
        self, handle: Handle, args: Sequence[Any], timeout: float | None, trace: dict[str, str] = NO_TRACE
    ) -> Any:
        """Calls, and waits in this task; its cancellation is the call's."""
        asyncio = sys.modules["asyncio"]
        loop = asyncio.get_running_loop()
        call = AwaitedCall(loop, self.settled)
        if self._send(handle, args, call, timeout, trace):
            loop.call_soon(self._outbox.flush)
        timer = loop.call_later(timeout, self._expire, call, _late(handle, timeout)) if timeout is not None else None
        try:
            return await call.future
        except asyncio.CancelledError:
            self.cancel(call)
            self._outbox.flush()
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def cancel(self, call: PendingCall) -> bool:
        """Nobody waits any more; False when the answer has come. What the answer brings is given back then."""
        with self._lock:
            if call.id not in self._pending:
                return False
            call.is_abandoned = True
        if call.scope is not None:
            self._values.end_scope(call.scope)
            call.scope = None
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.cancels.append(call.id)
            draft.count(5)
        self._outbox.flush_later()
        return True

    def take(self, call: int) -> PendingCall | None:
        """The call that is answered; ``None`` when there is none of that number."""
        with self._lock:
            return self._pending.pop(call, None)

    def find(self, call: int) -> PendingCall | None:
        """The call of that number, which stays."""
        return self._pending.get(call)

    def lose(self, error: BaseException) -> None:
        """No answer comes any more."""
        with self._lock:
            self._lost = error
            calls = list(self._pending.values())
            self._pending.clear()
        for call in calls:
            if not call.is_abandoned:
                call.settle(None, error)
        AwaitedCall.wake(self.settled)

    def _expire(self, call: AwaitedCall, error: IsolationError) -> None:
        if self.cancel(call) and not call.future.done():
            call.future.set_exception(error)

    def _send(
        self, handle: Handle, args: Sequence[Any], call: PendingCall, timeout: float | None, trace: dict[str, str]
    ) -> bool:
        """Puts the call into the outbox; says whether it is the first there."""
        text = column_text(list(args))
        payload: Payload | None = None
        if text is None:
            scope: Scope = []
            payload = self._values.encode(list(args), "args", scope)
            call.scope = scope or None
        with self._lock:
            if self._lost is not None:
                raise self._lost
            call.id = self._next_id()
            self._pending[call.id] = call
        with self._outbox.lock:
            draft = self._outbox.draft()
            is_first = not draft.entries
            if not handle.is_introduced:
                handle.is_introduced = True
                draft.introductions.append(Introduction(handle.number, handle.module, handle.method, handle.reference))
            if payload is not None or timeout is not None or trace:
                milliseconds = 0 if timeout is None else min(max(1, int(timeout * 1000)), 0xFFFFFFFF)
                draft.call_details.append(CallDetails(len(draft.call_ids), payload, 1, milliseconds, trace))
            draft.call_ids.append(call.id)
            draft.call_handles.append(handle.number)
            draft.call_args.append("null" if text is None else text)
            draft.count(len(text) if text is not None else 256)
        return is_first

    def _next_handle(self) -> int:
        with self._lock:
            self._last_handle = self._last_handle % 0xFFFFFFFF + 1
            return self._last_handle

    def _next_id(self) -> int:
        while True:
            self._last_id = self._last_id % 0xFFFFFFFF + 1
            if self._last_id not in self._pending:
                return self._last_id


def _late(handle: Handle, timeout: float | None) -> IsolationError:
    return IsolationError("DEADLINE_EXCEEDED", f"{handle.method or 'the call'} did not settle within {timeout:g} s")
