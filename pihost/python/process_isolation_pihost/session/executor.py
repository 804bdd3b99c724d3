"""Where user code runs: functions one at a time, coroutines in an event loop of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, Callable

Job = Callable[[], Any]

_SPARE_SECONDS = 5.0


class Executor:
    """
    Runs jobs one at a time, in the thread that called ``run_forever``.

    A job that waits for the other process gives its turn away for as long, so that what it waits for can run here:
    another thread goes on with the jobs then. Nothing else runs beside a job but coroutines.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._idle = 0
        self._blocked = 0
        self._loop: Any = None
        self.on_exit: Callable[[BaseException], Any] = lambda error: None
        #: Told after each job that is submitted.
        self.on_submit: Job = _nothing
        #: Told when a job begins to wait for the other process.
        self.on_block: Job = _nothing

    def submit(self, job: Job) -> None:
        """Runs the job after those that wait already."""
        self._jobs.put(job)
        self.on_submit()

    def stop(self) -> None:
        """Has ``run_forever`` return once the jobs before are done."""
        self._jobs.put(None)
        self.on_submit()

    @property
    def has_jobs(self) -> bool:
        """Whether jobs wait."""
        return not self._jobs.empty()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """For who waits for something else than jobs, and runs the next job nevertheless."""
        with self._lock:
            self._idle += 1
        try:
            yield
        finally:
            with self._lock:
                self._idle -= 1

    def run_waiting(self) -> bool:
        """Runs the jobs that wait; says whether there may be more, which ``stop`` ends."""
        while not self._jobs.empty():
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is None:
                return False
            self.run(job)
        return True

    def run_next(self) -> bool:
        """Waits for a job and runs it; says whether there may be more."""
        with self.waiting():
            job = self._jobs.get()
        if job is not None:
            self.run(job)
        return job is not None

    def run_forever(self) -> None:
        """Runs jobs until ``stop``."""
        while self.run_next():
            pass

    def start_thread(self) -> None:
        """Runs the jobs in a thread of its own, for who has no thread to give."""
        threading.Thread(target=self.run_forever, name="pihost-jobs", daemon=True).start()

    def before_block(self, prepare: Job | None) -> None:
        """What the running job does before it gives its turn away."""
        self._local.prepare = prepare

    @contextmanager
    def blocked(self) -> Iterator[None]:
        """Gives the turn of the running job away. Nothing, in a thread that runs none."""
        local = self._local
        if not getattr(local, "has_turn", False):
            yield
            return
        prepare = getattr(local, "prepare", None)
        if prepare is not None:
            prepare()
        with self._lock:
            self._blocked += 1
            needs_spare = self._idle <= 0
        local.has_turn = False
        self._turn.release()
        try:
            self.on_block()
            if needs_spare:
                threading.Thread(target=self._spare, name="pihost-spare", daemon=True).start()
            yield
        finally:
            self._turn.acquire()
            local.has_turn = True
            with self._lock:
                self._blocked -= 1

    def loop(self) -> Any:
        """The event loop of the coroutines, in its own thread; made when it is first needed."""
        with self._lock:
            if self._loop is None:
                import asyncio

                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._run_loop, name="pihost-async", daemon=True).start()
            return self._loop

    def use_loop(self, loop: Any) -> None:
        """Runs coroutines in a loop that is there already."""
        self._loop = loop

    def run(self, job: Job) -> None:
        """Runs a job in this thread, once it is its turn."""
        local = self._local
        with self._turn:
            local.has_turn = True
            try:
                job()
            except BaseException as error:
                self.on_exit(error)
            finally:
                local.has_turn = False
                local.prepare = None

    def _run_loop(self) -> None:
        """For ever: an event loop lets through what ends a program, and its other coroutines must not end with that."""
        while not self._loop.is_closed():
            try:
                self._loop.run_forever()
            except BaseException as error:
                if isinstance(error, SystemExit):
                    self.on_exit(error)

    def _spare(self) -> None:
        """Goes on with the jobs while others wait, and a while longer."""
        while True:
            with self._lock:
                self._idle += 1
            try:
                job = self._jobs.get(timeout=_SPARE_SECONDS)
            except Empty:
                with self._lock:
                    self._idle -= 1
                    if self._blocked == 0:
                        return
                continue
            with self._lock:
                self._idle -= 1
            if job is None:
                # Meant for run_forever, which is busy.
                self.stop()
                return
            self.run(job)
            # Nor is what came with it kept until the next one comes.
            del job


def _nothing() -> None:
    pass
