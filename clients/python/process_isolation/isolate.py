"""An isolate for programs with threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from process_isolation_pihost.errors import protocol_error

from .generation import HOST_MODULE
from .options import IsolateOptions
from .supervisor import Supervisor

_STATES = {1: "ready", 2: "draining", "HOST_STATE_READY": "ready", "HOST_STATE_DRAINING": "draining"}


class Isolate:
    """
    A process of its own for code that may crash; another one is started after a crash, by the next call.

    ``command`` is a pihost: ``["npx", "pihost", "child"]`` for Node.js modules, or any executable that speaks the
    handshake. Use it in a ``with`` statement, or end it by ``shutdown()``. All methods may be called from any thread.
    """

    def __init__(self, command: Sequence[str], options: IsolateOptions | None = None) -> None:
        self._supervisor = Supervisor(command, options if options is not None else IsolateOptions())
        self._supervisor.ready()

    @property
    def pid(self) -> int | None:
        """Of the process; ``None`` while there is none."""
        generation = self._supervisor.current
        return generation.pid if generation is not None else None

    @property
    def generation(self) -> int:
        """1 for the first process, one more for each that follows."""
        generation = self._supervisor.current
        return generation.number if generation is not None else 0

    @property
    def address(self) -> str:
        """The socket of the process, for gRPC; empty without the option ``socket``."""
        return self._supervisor.ready().address

    @property
    def token(self) -> str:
        """What a request on the socket must carry."""
        return self._supervisor.ready().token

    def call(self, module: str, method: str, *args: Any, timeout: float | None = None) -> Any:
        """
        Calls an export and returns what it returned.

        Raises what it threw: a RemoteError, or a built-in exception of the same name; IsolationError for what is not
        the function's own doing: CRASHED, DEADLINE_EXCEEDED, METHOD_NOT_FOUND, …; see docs/errors.md.
        """
        generation = self._supervisor.ready()
        seconds = timeout if timeout is not None else self._supervisor.options.timeout
        return generation.session.call(generation.handle(module, method), args, seconds)

    def stream(self, module: str, method: str, *args: Any) -> Iterator[Any]:
        """Iterates over what an export yields; leaving the loop early stops it there."""
        produced = self.call(module, method, *args)
        if not hasattr(produced, "__next__"):
            raise protocol_error(f"{method!r} of module {module!r} returned no stream")
        with produced:
            yield from produced

    def status(self) -> dict[str, Any]:
        """Facts about the process, measured by itself. Raises PROTOCOL for what is none."""
        return checked_status(self.call(HOST_MODULE, "status"))

    def exports(self, module: str) -> Any:
        """What a module exports: a list of ``{name, kind, async?, generator?, members?}``."""
        return self.call(HOST_MODULE, "exports", module)

    def set_data(self, name: str, value: Any) -> None:
        """
        Stores a copy of a value for the life of the isolate: processes after a restart have it, too.

        Raises IsolationError NOT_SERIALIZABLE for what has none, as functions.
        """
        self._supervisor.set_data(name, value)

    def get_data(self, name: str) -> Any:
        """Reads one; ``None`` where there is none."""
        return self._supervisor.get_data(name)

    def shutdown(self, reason: str = "shut down by its owner", grace: float = 5.0) -> None:
        """Refuses new calls, gives running ones so many seconds, then ends the process. Idempotent."""
        self._supervisor.shutdown(reason, grace)

    def kill(self) -> None:
        """Ends the process at once."""
        self._supervisor.kill()

    def __enter__(self) -> Isolate:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()


def checked_status(status: Any) -> dict[str, Any]:
    """What a process that is not trusted says of itself."""
    if not isinstance(status, dict):
        raise protocol_error(f"the status of the process is no object: {status!r:.100}")
    for name in ("pid", "generation", "callsInFlight", "callsDone", "callsFailed", "rssBytes"):
        value = status.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise protocol_error(f"{name} in the status of the process is no number of at least 0: {value!r:.100}")
    return {**status, "state": _STATES.get(status.get("state", 0), "unknown")}
