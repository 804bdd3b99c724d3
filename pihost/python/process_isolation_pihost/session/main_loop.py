"""The main thread of a process: it reads the lane and runs what came, so that a small call changes no thread."""

from __future__ import annotations

import os
import select
import threading
from enum import Enum
from queue import Empty, SimpleQueue

from ..errors import IsolationError
from .executor import Executor
from .incoming_calls import IncomingCall
from .lane import SocketLane
from .session import Session

# A call that has been running for so long leaves the reading to the watcher: cancels and answers come through.
_TICK_SECONDS = 0.005

# Ticks without a frame, after which the watcher sleeps: an idle process uses no processor.
_IDLE_TICKS = 20


class _Reader(Enum):
    NOBODY = 0
    MAIN = 1
    WATCHER = 2
    ENDED = 3


class MainLoop:
    """
    Reads one lane, and runs the jobs of the executor, in the thread that calls ``run``.

    One thread reads at a time. The main thread lets go of the lane while it runs calls; where that takes long, or a
    call waits for the other side, a watcher reads in its stead and leaves what is to run to the executor. It gives the
    lane back with the next frame that finds the main thread waiting.
    """

    def __init__(self, lane: SocketLane, session: Session, executor: Executor) -> None:
        self._session = session
        self._executor = executor
        self._lock = threading.Lock()
        self._reader = _Reader.NOBODY
        self._main_waits = False
        self._polls = False
        self._turns = 0
        self._is_asleep = False
        #: ``True``: a call waits for the other side. ``False``: calls run again.
        self._news: SimpleQueue[bool] = SimpleQueue()
        self._wakes, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self._poll = select.poll()
        self._lane = lane.fileno()
        self._poll.register(self._lane, select.POLLIN)
        self._poll.register(self._wakes, select.POLLIN)
        executor.on_submit = self._wake
        executor.on_block = self._hear_of_block

    def run(self) -> None:
        """Until the executor is stopped."""
        threading.Thread(target=self._watch, name="pihost-watcher", daemon=True).start()
        executor = self._executor
        while executor.run_waiting():
            if not self._take_lane():
                if not executor.run_next():
                    return
                continue
            calls = self._read()
            self._let_go(_Reader.ENDED if calls is None else _Reader.NOBODY)
            if not calls:
                continue
            if executor.has_jobs:
                # Those may be calls that came before.
                self._session.incoming.submit(calls)
            else:
                self._session.incoming.run(calls)
            # This thread may wait long now. What came with the calls must not be kept for it: a stream that nobody has
            # any more closes.
            del calls

    def _take_lane(self) -> bool:
        with self._lock:
            self._turns += 1
            self._main_waits = False
            if self._reader is not _Reader.NOBODY:
                # Set within the lock: from now on the watcher has a job for this thread when it gives the lane back.
                self._main_waits = True
                return False
            self._reader = _Reader.MAIN
            return True

    def _let_go(self, reader: _Reader) -> None:
        with self._lock:
            self._reader = reader
            self._turns += 1
            if self._is_asleep or reader is _Reader.ENDED:
                self._is_asleep = False
                self._news.put(False)

    def _read(self) -> list[IncomingCall] | None:
        """Calls that came, none when there is a job instead; ``None``: the lane has ended."""
        with self._executor.waiting():
            # First the flag, then the look: a job that is submitted in between writes to the pipe.
            self._polls = True
            ready = [] if self._executor.has_jobs else self._poll.poll()
            self._polls = False
        for descriptor, _ in ready:
            if descriptor == self._wakes:
                os.read(self._wakes, 4096)
        if not any(descriptor == self._lane for descriptor, _ in ready):
            return []
        return self._receive()

    def _receive(self) -> list[IncomingCall] | None:
        error = IsolationError("STOPPED", "the other side has closed the Session")
        try:
            calls = self._session.receive()
        except IsolationError as breach:
            calls, error = None, breach
        if calls is None:
            self._session.lose(error)
            # A host that broke the contract must not wait for answers that never come.
            self._session.close()
        return calls

    def _wake(self) -> None:
        if self._polls:
            try:
                os.write(self._waker, b"\0")
            except BlockingIOError:
                # Full of wakes.
                pass

    def _hear_of_block(self) -> None:
        if self._reader is _Reader.NOBODY:
            self._news.put(True)

    def _watch(self) -> None:
        seen, idle_ticks = -1, 0
        while self._reader is not _Reader.ENDED:
            try:
                blocks = self._news.get(timeout=None if self._is_asleep else _TICK_SECONDS)
            except Empty:
                blocks = False
                idle_ticks += 1
            with self._lock:
                if self._turns != seen:
                    idle_ticks = 0
                takes = self._reader is _Reader.NOBODY and (blocks or self._turns == seen)
                if takes:
                    self._reader = _Reader.WATCHER
                elif self._reader is _Reader.MAIN and idle_ticks >= _IDLE_TICKS:
                    self._is_asleep = True
                seen = self._turns
            if takes:
                self._read_for_main()

    def _read_for_main(self) -> None:
        """Until the main thread waits for a job and a frame came, or the lane has ended."""
        while True:
            calls = self._receive()
            with self._lock:
                # What is to run is submitted within the lock: no later frame is read before.
                if calls is None:
                    self._reader = _Reader.ENDED
                    return
                gives_back = self._main_waits
                if calls:
                    self._session.incoming.submit(calls)
                elif gives_back:
                    self._executor.submit(_nothing)
                if gives_back:
                    self._main_waits = False
                    self._reader = _Reader.NOBODY
                    self._turns += 1
                    return
            # As above.
            del calls


def _nothing() -> None:
    pass
