"""One end of a Session."""

from __future__ import annotations

import sys
import threading
from typing import Any

from ..errors import IsolationError
from ..wire import decode_frame
from .async_stream_export import AsyncStreamExport
from .current_call import current_call
from .executor import Executor
from .frame_handler import Export, FrameHandler, Handler
from .incoming_calls import IncomingCall, IncomingCalls
from .lane import Lane
from .lending import Loans
from .outbox import Outbox
from .outgoing_calls import NO_TRACE, OutgoingCalls
from .pending import AwaitedCall
from .places import Places, SharedFolder
from .sender import Sender
from .stand_ins import Handle
from .stream_export import StreamExport
from .values import SessionValues


class Session:
    """
    Calls both ways over one lane.

    One thread calls ``serve``, which reads until the lane ends, or ``receive`` again and again. User code runs in the
    executor. Everything else may be called from any thread.
    """

    def __init__(
        self, lane: Lane, handler: Handler, executor: Executor, shared_folder: SharedFolder | None = None
    ) -> None:
        self.executor = executor
        self._lane = lane
        self._outbox = Outbox(lane)
        self._sender = Sender(self._outbox, lambda: self._values, self._on_stream_over)
        self._places = Places(self._outbox, shared_folder)
        self._loans = Loans(self._open_stream, self._sender.tell_abort)
        self._values = SessionValues(self, self._places, self._loans)
        self._outgoing = OutgoingCalls(self._outbox, executor, self._values)
        self.incoming = IncomingCalls(self._outbox, executor, self._sender)
        self._frames = FrameHandler(
            handler, self.incoming, self._outgoing, self._values, self._places, self._loans, self._sender
        )
        self._streams_over = threading.Condition()

    def serve(self) -> None:
        """Reads until the lane ends; then nobody here waits for anything any more."""
        breach = self.serve_frames()
        self.lose(breach or IsolationError("STOPPED", "the other side has closed the Session"))

    def serve_frames(self) -> IsolationError | None:
        """Reads until the lane ends; gives the breach of the contract that ended it, if any. ``lose`` comes next."""
        try:
            while True:
                calls = self.receive()
                if calls is None:
                    return None
                if calls:
                    self.incoming.submit(calls)
        except IsolationError as error:
            return error

    def receive(self) -> list[IncomingCall] | None:
        """Waits for frames and handles them; gives the calls that are to run. ``None``: the lane has ended."""
        frames = self._lane.read()
        if not frames:
            return None
        calls: list[IncomingCall] = []
        for data in frames:
            self._frames.handle(decode_frame(data), calls)
        if self._outgoing.settled:
            AwaitedCall.wake(self._outgoing.settled)
        return calls

    def new_handle(self, module: str = "", method: str = "", reference: int = 0) -> Handle:
        """A handle of this side."""
        return self._outgoing.new_handle(module, method, reference)

    def new_released_handle(self, module: str, method: str) -> Handle:
        """A handle of an export, which the other side may forget once nobody here has it."""
        return self._outgoing.new_released_handle(module, method, self._sender.release_handle)

    def call(self, handle: Handle, args: Any, timeout: float | None = None) -> Any:
        """Calls and waits in this thread, at most so many seconds."""
        return self._outgoing.wait(handle, args, timeout)

    async def call_async(self, handle: Handle, args: Any, timeout: float | None = None) -> Any:
        """Calls and waits in this task."""
        return await self._outgoing.await_(handle, args, timeout)

    def call_lent(
        self, handle: Handle, args: Any, timeout: float | None = None, trace: dict[str, str] = NO_TRACE
    ) -> Any:
        """As user code calls what was lent: waits in a thread, gives an awaitable where an event loop runs."""
        asyncio = sys.modules.get("asyncio")
        if asyncio is not None and asyncio._get_running_loop() is not None:
            return asyncio.ensure_future(self._outgoing.await_(handle, args, timeout, trace))
        return self._outgoing.wait(handle, args, timeout, trace)

    def give_back(self, reference: int, handles: list[int]) -> None:
        """Nobody here has what was lent any more."""
        self._sender.give_back(reference, handles)

    def send_demand(self, stream: int, items: int) -> None:
        """So many items of a stream of the other side were taken."""
        self._sender.send_demand(stream, items)

    def send_close(self, stream: int) -> None:
        """Nobody here wants more of a stream of the other side."""
        self._sender.send_close(stream)

    def drain(self, reason: IsolationError) -> None:
        """Tells the calls that run that the process is to end."""
        self.incoming.drain(reason)

    def wait_until_process_answered(self) -> None:
        """Waits until what the process itself was asked for is answered: a request to end is one of that."""
        with self._frames.answering:
            pass

    def wait_until_answered(self, timeout: float) -> bool:
        """Waits until no call runs and no stream is open, at most so many seconds."""
        if not self.incoming.wait_until_idle(timeout):
            return False
        with self._streams_over:
            return self._streams_over.wait_for(lambda: not self._frames.exports, timeout)

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
        for export in list(self._frames.exports.values()):
            export.abandon()
        self._frames.exports.clear()
        self._loans.end_all()
        self._places.close()
        self._outbox.close()

    def _open_stream(self, reference: int, iterator: Any) -> None:
        # The body of a generator runs when it is asked for items, which is long after the call that made it.
        call = current_call()
        export: Export
        if hasattr(iterator, "__anext__"):
            export = AsyncStreamExport(reference, iterator, self._sender, self.executor, call)
        else:
            export = StreamExport(reference, iterator, self._sender, self.executor, call)
        self._frames.exports[reference] = export

    def _on_stream_over(self, reference: int) -> None:
        self._loans.end(reference)
        with self._streams_over:
            self._frames.exports.pop(reference, None)
            self._streams_over.notify_all()
