"""What modules use of other isolates and of the host: calls to the host, which decides what is granted."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from ..errors import IsolationError
from ..session import Granted, Session, current_call
from ..session.stand_ins import Handle

_USE = "use:"
_USE_IDEMPOTENT = "use-idempotent:"
# What a process asks for to reach gRPC services; no isolate can have such a name.
_FRONT_DOOR = "kernel:front-door"

# How many exports are called by a handle that stays.
_MAX_HANDLES = 10_000

# What fits into a field of 31 bits, in seconds of which it has the milliseconds.
_LONGEST_SECONDS = 2_147_483.647
_SHORTEST_SECONDS = 0.001


class Uses:
    """What this process uses. Safe from all threads."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._handles: dict[tuple[str, str], Handle] = {}
        #: Whether this process is an isolate at all.
        self.is_isolate = False
        #: What may be lent to other processes.
        self.handed_on: frozenset[str] = frozenset()

    def speak_on(self, session: Session) -> None:
        """The Session in which the host serves them."""
        self._session = session

    def call(self, module: str, path: str, args: Sequence[Any], timeout: float | None, trace: dict[str, str]) -> Any:
        """Calls an export: waits in a thread, gives an awaitable where an event loop runs."""
        session = self._session
        if session is None:
            raise IsolationError("STOPPED", "no host serves this process")
        return session.call_lent(self._handle(session, module, path), args, timeout, trace)

    def _handle(self, session: Session, module: str, path: str) -> Handle:
        key = (module, path)
        handle = self._handles.get(key)
        if handle is not None:
            return handle
        forgotten: dict[tuple[str, str], Handle] = {}
        with self._lock:
            if len(self._handles) >= _MAX_HANDLES:
                # Each is released once the calls that are about to be made by it have been sent.
                forgotten, self._handles = self._handles, {}
            handle = self._handles.setdefault(key, session.new_released_handle(module, path))
        forgotten.clear()
        return handle


class _Use(NamedTuple):
    """One proxy, with its options."""

    uses: Uses
    target: str
    module: str
    timeout: float | None
    trace: dict[str, str] | None

    def call(self, path: str, args: Sequence[Any]) -> Any:
        """What is left of the time of the call that it is made in, and its trace, unless the options say otherwise."""
        timeout, trace = self.timeout, self.trace
        outer = current_call()
        if outer is not None:
            left = outer.time_left
            if left is not None and (timeout is None or left < timeout):
                timeout = max(_SHORTEST_SECONDS, left)
            if trace is None:
                trace = outer.trace
        return self.uses.call(self.module, path, args, timeout, trace or {})

    def why_not_lent(self) -> IsolationError | None:
        if self.target in self.uses.handed_on:
            return None
        message = f"what was granted of {self.target} may not be handed on to another process: "
        return IsolationError("NOT_GRANTED", f'{message}the manifest allows that by "handOn: true" at the grant')


_uses = Uses()


def uses() -> Uses:
    """What this process uses."""
    return _uses


def use(
    target: str,
    *,
    timeout: float | timedelta | None = None,
    idempotent: bool = False,
    trace: Mapping[str, str] | None = None,
) -> Any:
    """
    What the kernel lets this isolate use: another isolate by its name, or functions of the host (``"host"``,
    ``"host.log"``).

    Every public member can be called, and so can members of members. In a plain function a call waits for the
    result, and lets others run meanwhile; where an event loop runs, it gives an awaitable. Arguments and results
    are those of any call: streams, functions and live objects, too. Making the proxy calls nothing, and so it may
    stand at the top of a module. Annotate it to have its calls checked: ``store: Store = use("store")``, where
    Store is a Protocol.

    ``timeout``: seconds, or a timedelta, until a call raises DEADLINE_EXCEEDED; what is left to the call that it is
    made in counts where that is less, or where there is none. ``idempotent``: whether a call may run again when
    what it calls dies while it runs. ``trace``: trace context for the callee; by default that of the call that it
    is made in.

    Calls raise IsolationError: NOT_GRANTED where the manifest does not grant the target, or not that export. Raises
    IsolationError INVALID_OPTION for a wrong option, and RuntimeError outside of an isolated process.
    """
    if not _uses.is_isolate:
        raise RuntimeError(f"use({target!r}) works in the isolates of a kernel: this process is none")
    if not isinstance(target, str) or not target:
        raise _invalid("target", "be a text that is not empty", target)
    if not isinstance(idempotent, bool):
        raise _invalid("idempotent", "be True or False", idempotent)
    module = f"{_USE_IDEMPOTENT if idempotent else _USE}{target}"
    return Granted(_Use(_uses, target, module, _seconds(timeout), _texts(trace)))


class FrontDoorAccess(NamedTuple):
    """How a gRPC client in an isolate reaches the services that the isolate was granted."""

    #: For any gRPC client: ``unix:PATH``.
    address: str
    #: The value of the metadata ``authorization``, which every request needs.
    authorization: str


def front_door() -> Any:
    """
    How this isolate reaches the gRPC services that its ``uses`` in the manifest names: a FrontDoorAccess.

    Waits, or gives an awaitable where an event loop runs. Raises IsolationError NOT_GRANTED when it names none, and
    RuntimeError outside of an isolated process.
    """
    access = use(_FRONT_DOOR).access()
    return FrontDoorAccess(**access) if isinstance(access, dict) else _awaited(access)


async def _awaited(access: Awaitable[dict[str, str]]) -> FrontDoorAccess:
    return FrontDoorAccess(**await access)


def _seconds(timeout: Any) -> float | None:
    if timeout is None:
        return None
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    if not is_number or not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        rule = f"be seconds, or a timedelta, from {_SHORTEST_SECONDS} to {_LONGEST_SECONDS} s"
        raise _invalid("timeout", rule, timeout)
    return float(seconds)


def _texts(trace: Any) -> dict[str, str] | None:
    if trace is None:
        return None
    if not isinstance(trace, Mapping) or not all(isinstance(text, str) for item in trace.items() for text in item):
        raise _invalid("trace", "be a dict of texts", trace)
    return dict(trace)


def _invalid(name: str, rule: str, value: Any) -> IsolationError:
    return IsolationError("INVALID_OPTION", f"{name} must {rule}, received {value!r}", {"option": name})
