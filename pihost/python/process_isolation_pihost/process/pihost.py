"""The isolated process: loads modules, runs calls, keeps data, and ends in order."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from typing import Any, Callable

from ..errors import IsolationError
from ..modules import Exports, ModuleLoader, describe_exports, resolve_export
from ..session import Executor, MainLoop, Session, Signal, SocketLane
from ..session.incoming_calls import Callee
from ..session.lane import Lane
from ..session.places import SharedFolder
from ..version import VERSION
from .handshake import Go, say_stopping
from .host_module import HOST_MODULE, host_methods
from .isolate_data import isolate_data
from .lifecycle import ModuleLifecycle
from .running_calls import RunningCalls
from .status import read_status
from .uses import uses

# What running calls get after the death of the host, in seconds; the host's reaper waits a little longer.
_HOST_GONE_GRACE = 0.15

# How long the answer to a request to end, and the ends of all RPCs, may take to leave the socket, in seconds.
_ANSWER_SECONDS = 1.0

# What the last output and the exit handlers get, in seconds.
_EXIT_SECONDS = 2.0


class Pihost:
    """One for each process."""

    def __init__(self, go: Go) -> None:
        self.isolate = go.isolate
        self.token = go.token
        self.generation = go.generation
        self.data = isolate_data()
        self._uses = uses()
        self._uses.is_isolate = True
        self.executor = Executor()
        self.executor.on_exit = self._on_exit
        self.loader = ModuleLoader(go.origin)
        self._lifecycle = ModuleLifecycle(go.lifecycle, go.lifecycle_of_all, self.loader, self._run_to_end)
        self._shared = SharedFolder(go.shared_memory, "p", "h") if go.shared_memory else None
        self.calls = RunningCalls()
        self._immediate = host_methods(self)
        self._stopped = IsolationError("STOPPED", f"{self.isolate} is shutting down")
        # Unlike what running calls are told: whoever made the call may make it elsewhere.
        self._refused = IsolationError("STOPPED", f"{self.isolate} is shutting down", {"attempts": 0})
        self._exit_code = 0
        self._main_loop: MainLoop | None = None
        #: No call of a module begins any more.
        self.draining = Signal()
        #: All calls have been answered.
        self.answered = Signal()
        #: Gives the RPCs on the socket so many seconds to end, and closes it.
        self.close_socket: Callable[[float], None] = lambda seconds: None

    # -- sessions -----------------------------------------------------------------------------------------------------

    def serve_host(self, lane: SocketLane) -> None:
        """Speaks Session with the host itself, as soon as the main thread runs."""
        session = self._open(lane, self._shared)
        store = session.new_handle(HOST_MODULE, "setData")
        self.data.tell_host = lambda name, value: session.call_lent(store, [name, value])
        self._uses.speak_on(session)
        self._main_loop = MainLoop(lane, session, self.executor)

    def serve_session(self, lane: Lane) -> None:
        """Speaks Session with somebody who has the token, until the lane ends."""
        session = self._open(lane, None)
        try:
            session.serve()
        finally:
            self.calls.remove(session)

    def callee(self, module: str, method: str) -> Callee:
        """What a handle stands for; modules are loaded when it is first called."""
        if module == HOST_MODULE:
            return self._host_callee(method)

        def resolve(callee: Callee) -> Callable[..., Any]:
            callee.function = self.function_of(module, method)
            return callee.function

        return Callee(resolve)

    @property
    def refusal(self) -> BaseException | None:
        """Why no call of a module may begin now."""
        return self._refused if self.draining.aborted else None

    def function_of(self, module: str, method: str) -> Callable[..., Any]:
        """The function of an export path. Raises MODULE_NOT_FOUND, MODULE_FAILED or METHOD_NOT_FOUND."""
        loaded = self.loader.load(module)
        self._lifecycle.start(module, loaded)
        return resolve_export(Exports(loaded), method)

    # -- what the module pihost: answers ------------------------------------------------------------------------------

    def status(self) -> Any:
        """A HostStatus."""
        return read_status(self.isolate, self.generation, self.draining.aborted, self.calls.counts(), VERSION)

    def take_over(self, generation: int) -> None:
        """The process was a spare and is now the generation of this number."""
        self.generation = generation

    def may_hand_on(self, targets: list[str]) -> None:
        """Of what the host lets this process use, it may lend these to others."""
        self._uses.handed_on = frozenset(targets)

    def preload(self, modules: list[str]) -> None:
        """Loads modules; what fails will fail again, and be told, when it is called."""
        for name in modules:
            try:
                self.loader.load(name)
            except IsolationError:
                pass

    def activate(self, modules: list[str]) -> None:
        """Loads and starts modules; raises what the first of them failed with."""
        for name in modules:
            self._lifecycle.start(name, self.loader.load(name), "START_FAILED")

    def exports_of(self, module: str) -> Any:
        """What a module exports."""
        return describe_exports(Exports(self.loader.load(module)))

    # -- the end ------------------------------------------------------------------------------------------------------

    def shutdown(
        self,
        reason: str,
        grace: float,
        stop_after: float | None = None,
        answered: threading.Event | None = None,
    ) -> None:
        """
        Refuses new calls, gives running ones so many seconds, then ends the process. The first request decides.

        ``answered`` is set once whoever asked by the socket has heard of it.
        """
        if not self.draining.abort(self._stopped):
            return
        say_stopping(reason)
        self.calls.drain(self._stopped)
        stop_within = grace / 2 if stop_after is None else stop_after
        threading.Thread(target=self._end, args=(grace, stop_within, answered)).start()

    def end_with_host(self) -> None:
        """The host is gone: running calls get a moment to clean up, not more."""
        threading.Timer(2 * _HOST_GONE_GRACE, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        self.shutdown("the host is gone", _HOST_GONE_GRACE)

    def run_forever(self) -> int:
        """Runs the calls, in the main thread; gives the exit code."""
        if self._main_loop is not None:
            self._main_loop.run()
        else:
            self.executor.run_forever()
        return self._exit_code

    def exit(self, code: int) -> None:
        """Ends the process from any thread: what was answered and printed leaves first."""
        self.calls.flush()
        _flush_output()
        os._exit(code)

    def _end(self, grace: float, stop_after: float, answered: threading.Event | None) -> None:
        from time import monotonic

        deadline = monotonic() + grace
        if answered is not None:
            answered.wait(_ANSWER_SECONDS)
        self.calls.wait_until_process_answered()
        self.calls.wait_until_answered(min(stop_after, grace))
        stopping = threading.Thread(target=self._lifecycle.stop, daemon=True)
        stopping.start()
        stopping.join(max(0.0, deadline - monotonic()))
        self.calls.wait_until_answered(max(0.0, deadline - monotonic()))
        self.calls.flush()
        self.answered.abort(self._stopped)
        self.close_socket(_ANSWER_SECONDS if self.calls.is_idle() else 0)
        self.executor.stop()
        # The main thread runs the exit handlers, unless a call that does not end keeps it. As a daemon: an interpreter
        # that ends waits for every other thread.
        late = threading.Timer(_EXIT_SECONDS, lambda: self.exit(0))
        late.daemon = True
        late.start()
        if not self.calls.is_idle():
            self.exit(0)

    def _open(self, lane: Lane, shared: SharedFolder | None) -> Session:
        session = Session(lane, self, self.executor, shared)
        self.calls.add(session)
        return session

    def _host_callee(self, method: str) -> Callee:
        def resolve(_: Callee) -> Callable[..., Any]:
            found = self._immediate.get(method)
            if found is None:
                known = ", ".join(self._immediate)
                raise IsolationError("METHOD_NOT_FOUND", f"{HOST_MODULE} has no method {method!r}; it has {known}")
            return found.function

        known = self._immediate.get(method)
        return Callee(resolve, is_immediate=known is None or known.is_immediate)

    def _run_to_end(self, awaitable: Any) -> Any:
        import asyncio

        async def run() -> Any:
            return await awaitable

        ended = asyncio.run_coroutine_threadsafe(run(), self.executor.loop())
        # What it waits for may call this process.
        with self.executor.blocked():
            return ended.result()

    def _on_exit(self, error: BaseException) -> None:
        """User code ends the process, as ``sys.exit()`` does."""
        if not isinstance(error, SystemExit):
            sys.stderr.write(f"pihost: {type(error).__name__}: {error}\n")
        code = error.code if isinstance(error, SystemExit) else 1
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
        self.calls.flush()
        atexit._run_exitfuncs()
        self.exit(code if isinstance(code, int) else 0 if code is None else 1)


def _flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass
