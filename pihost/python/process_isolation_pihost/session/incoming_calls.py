"""The calls of the other side: runs them, and sends what they come to."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import partial
from time import perf_counter
from typing import Any, Callable, Optional, Protocol, Union

from ..codec.column import PLAIN, column_text, plain_texts
from ..errors import IsolationError
from ..once import UnderWayError
from ..wire import CallDetails
from .current_call import CurrentCall, in_task, in_thread
from .executor import Executor
from .outbox import Outbox

# A function that took longer is expected to do so again: what is ready then does not wait for it.
_QUICK_SECONDS = 0.0005

# Answers in one frame.
_ANSWERS_A_FRAME = 256
_BYTES_A_FRAME = 256 * 1024


class Callee:
    """What a handle stands for. ``slow`` until it has been seen to be quick."""

    __slots__ = ("function", "is_immediate", "resolve", "slow")

    def __init__(self, resolve: Callable[[Callee], Callable[..., Any]], is_immediate: bool = False) -> None:
        #: Set by ``resolve`` where it stands for the same function each time.
        self.function: Callable[..., Any] | None = None
        self.resolve = resolve
        #: Runs in the thread that reads, beside whatever else runs.
        self.is_immediate = is_immediate
        self.slow = True


# Its id, what it calls, the arguments, and what else is known of it. A plain tuple: there are many of them.
IncomingCall = tuple[int, Callee, Any, Optional[CallDetails]]


class Answers(Protocol):
    """How a call is answered with what is no text of a column."""

    def answer_payload(self, call: int, value: Any) -> None: ...

    def answer_error(self, call: int, error: BaseException) -> None: ...


class _Cancelled:
    """Nobody waits for a call that has not begun, or has not asked who waits."""


_CANCELLED = _Cancelled()
_GONE = object()

State = Union[None, CurrentCall, _Cancelled]


class IncomingCalls:
    """Keeps those that run. Ids are added by the thread that reads, and taken off by whoever ran the call."""

    def __init__(self, outbox: Outbox, executor: Executor, answers: Answers) -> None:
        self._outbox = outbox
        self._executor = executor
        self._answers = answers
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self.open: dict[int, State] = {}
        self.done = 0
        self.failed = 0
        self._drain_reason: IsolationError | None = None

    def note(self, calls: Iterable[int]) -> None:
        """They have come: they count as running, and can be cancelled."""
        self.open.update(dict.fromkeys(calls))

    def submit(self, calls: list[IncomingCall]) -> None:
        """Has calls run, in their order, after the jobs that wait already."""
        self._executor.submit(lambda: self._run(calls))

    def run(self, calls: list[IncomingCall]) -> None:
        """Runs calls in this thread, in their order."""
        self._executor.run(lambda: self._run(calls))

    def cancel(self, call: int) -> None:
        """Nobody waits for the call any more. Once it has ended, the caller hears of it."""
        with self._lock:
            state = self.open.get(call, _GONE)
            if state is None:
                self.open[call] = _CANCELLED
        if isinstance(state, CurrentCall):
            state.cancel()

    def drain(self, reason: IsolationError) -> None:
        """The process is to end: the signals of the calls that run say so."""
        with self._lock:
            self._drain_reason = reason
            states = list(self.open.values())
        for state in states:
            if isinstance(state, CurrentCall):
                state.signal.abort(reason)

    def lose(self) -> None:
        """The caller is gone."""
        with self._lock:
            states = list(self.open.values())
            for call in self.open:
                self.open[call] = self.open[call] or _CANCELLED
        for state in states:
            if isinstance(state, CurrentCall):
                state.cancel()

    def wait_until_idle(self, timeout: float) -> bool:
        """Waits until no call runs, at most so many seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: not self.open, timeout)

    def _run(self, calls: Iterable[IncomingCall]) -> None:
        ids: list[int] = []
        # JSON texts, and values whose text is made with that of the others.
        answers: list[Any] = []
        waiting = iter(calls)
        incoming: IncomingCall | None = None

        def before_block() -> None:
            self._deliver(ids, answers)
            rest = list(waiting)
            if rest:
                self.submit(rest)

        self._executor.before_block(before_block)
        in_thread.find = lambda: self._current(incoming) if incoming is not None else None
        tasks: list[Any] = []
        started, size = perf_counter(), 0
        for incoming in waiting:
            call, callee, args, _ = incoming
            if ids and (callee.slow or len(ids) >= _ANSWERS_A_FRAME or size >= _BYTES_A_FRAME):
                self._deliver(ids, answers)
                size = 0
            try:
                function = callee.function
                if function is None:
                    function = callee.resolve(callee)
                # Resolving may load a module, and calls before this one may have taken long.
                state = self.open.get(call)
                if state is not None and self._is_cancelled(state):
                    self._acknowledge(call)
                    continue
                value = function(*args)
                if type(value) not in PLAIN:
                    text = column_text(value)
                    if text is None:
                        self._answer_late(incoming, value, tasks)
                        started = perf_counter()
                        continue
                    value = text
                    size += len(text)
            except UnderWayError as other:
                other.then(partial(self.submit, [incoming]))
                started = perf_counter()
                continue
            except BaseException as error:
                self._fail(call, error)
                started = perf_counter()
                continue
            now = perf_counter()
            callee.slow = now - started > _QUICK_SECONDS
            started = now
            ids.append(call)
            answers.append(value)
        in_thread.find = None
        if tasks:
            self._start_tasks(tasks)
        self._deliver(ids, answers)

    def _answer_late(self, incoming: IncomingCall, value: Any, tasks: list[Any]) -> None:
        """What is no text of a column: a coroutine is run first, all else is sent by itself."""
        if hasattr(value, "__await__"):
            tasks.append((incoming, value))
        else:
            self.succeed(incoming[0], value)

    def succeed(self, call: int, value: Any) -> None:
        """Answers with any value."""
        state = self.open.get(call, _GONE)
        if state is _GONE or self._is_cancelled(state):
            self._acknowledge(call)
            return
        try:
            self._answers.answer_payload(call, value)
            self.done += 1
        except IsolationError as error:
            self.failed += 1
            self._answers.answer_error(call, error)
        self._forget(call)
        self._outbox.flush()

    def refuse(self, call: int, error: BaseException) -> None:
        """Answers a call that could not begin; in the thread that reads."""
        self._answers.answer_error(call, error)
        self._outbox.flush_later()

    def _fail(self, call: int, error: BaseException) -> None:
        if isinstance(error, SystemExit):
            self._executor.on_exit(error)
        if self._is_cancelled(self.open.get(call)):
            self._acknowledge(call)
            return
        self.failed += 1
        self._answers.answer_error(call, error)
        self._forget(call)
        self._outbox.flush()

    def _is_cancelled(self, state: Any) -> bool:
        if state is None:
            return False
        return state is _CANCELLED or (isinstance(state, CurrentCall) and state.is_cancelled)

    def _forget(self, call: int) -> None:
        self.open.pop(call, None)
        if not self.open:
            with self._idle:
                self._idle.notify_all()

    def _acknowledge(self, call: int) -> None:
        """A call that was cancelled has ended: that is all there is to say."""
        self.failed += 1
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.void_ids.append(call)
            draft.count(5)
        self._forget(call)
        self._outbox.flush()

    def _deliver(self, ids: list[int], answers: list[Any]) -> None:
        """Sends answers, and empties the lists."""
        if ids:
            texts = plain_texts(answers)
            if None in texts:
                self._send_each(ids, answers, texts)
            else:
                self._send_column(ids, texts)  # type: ignore[arg-type]
            ids.clear()
            answers.clear()
        self._outbox.flush()
        if not self.open:
            with self._idle:
                self._idle.notify_all()

    def _send_column(self, ids: list[int], texts: list[str]) -> None:
        settle = self.open.pop
        with self._lock:
            states = [settle(call, None) for call in ids]
            if any(states) and any(map(self._is_cancelled, states)):
                self.open.update(zip(ids, states))
                states = []
        if not states:
            self._send_each(ids, [], ",".join(texts).split(",") if len(texts) != len(ids) else texts)
            return
        with self._outbox.lock:
            draft = self._outbox.draft()
            draft.result_ids += ids
            draft.results += texts
            draft.entries += len(ids)
            draft.size += sum(map(len, texts))
        self.done += len(ids)

    def _send_each(self, ids: list[int], answers: list[Any], texts: Sequence[str | None]) -> None:
        """Where some were cancelled, or have to go as payloads."""
        for index, (call, text) in enumerate(zip(list(ids), list(texts))):
            if text is None:
                self.succeed(call, answers[index])
            elif self._is_cancelled(self.open.get(call)):
                self._acknowledge(call)
            else:
                self._send_column([call], [text])

    def _current(self, call: IncomingCall) -> CurrentCall:
        with self._lock:
            state = self.open.get(call[0])
            if isinstance(state, CurrentCall):
                return state
            made = CurrentCall(call[0], call[3])
            self.open[call[0]] = made
            drain_reason = self._drain_reason
        if state is _CANCELLED:
            made.cancel()
        elif drain_reason is not None:
            made.signal.abort(drain_reason)
        return made

    def _start_tasks(self, tasks: list[Any]) -> None:
        loop = self._executor.loop()

        def start() -> None:
            for call, awaitable in tasks:
                self._start_task(loop, call, awaitable)

        loop.call_soon_threadsafe(start)

    def _start_task(self, loop: Any, call: IncomingCall, awaitable: Any) -> None:
        current = self._current(call)
        token = in_task.set(current)
        task = loop.create_task(_awaited(awaitable))
        task.add_done_callback(lambda ended: self._end_task(loop, call[0], ended))
        in_task.reset(token)
        current.on_cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        if current.is_cancelled:
            task.cancel()

    def _end_task(self, loop: Any, call: int, task: Any) -> None:
        if task.cancelled():
            self._fail(call, IsolationError("CANCELLED", "the task of this call was cancelled"))
            return
        error = task.exception()
        if error is not None:
            self._fail(call, error)
            return
        value = task.result()
        text = column_text(value)
        state = self.open.get(call)
        if text is None or self._is_cancelled(state):
            self.succeed(call, value)
            return
        with self._outbox.lock:
            draft = self._outbox.draft()
            is_first = not draft.entries
            draft.result_ids.append(call)
            draft.results.append(text)
            draft.count(len(text))
        # Whoever ends the process sends what is in the draft once no call is open.
        self.open.pop(call, None)
        self.done += 1
        if is_first:
            loop.call_soon(self._flush_idle)

    def _flush_idle(self) -> None:
        self._deliver([], [])


async def _awaited(awaitable: Any) -> Any:
    return await awaitable
