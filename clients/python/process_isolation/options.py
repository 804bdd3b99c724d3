"""How an isolate is started and kept up."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from process_isolation_pihost.errors import IsolationError


@dataclass(frozen=True)
class Restart:
    """When to start another process for one that crashed.

    ``max_attempts`` crashes within ``within`` seconds are healed; the next one is the last. 0 turns it off.
    """

    max_attempts: int = 5
    within: float = 60.0


@dataclass(frozen=True)
class IsolateOptions:
    """Everything but the command."""

    #: For logs and errors. 1 to 100 characters.
    name: str = "isolate"
    #: The folder from which module names are resolved. Default: the current one.
    origin: str | None = None
    #: Seconds until the process has to take calls.
    start_timeout: float = 10.0
    #: Seconds that a call may take, where it says nothing else. ``None``: for ever.
    timeout: float | None = None
    #: When to start another process for one that crashed.
    restart: Restart = field(default_factory=Restart)
    #: The whole environment of the process. Default: that of this one.
    env: Mapping[str, str] | None = None
    #: Whether large values travel in shared memory, where the system has it.
    shared_memory: bool = True
    #: Whether the process serves gRPC at ``address``, too.
    socket: bool = False

    def checked(self, command: Sequence[str]) -> IsolateOptions:
        """These options. Raises INVALID_OPTION for one that is out of its bound."""
        _check("command", len(command) > 0, "name an executable", command)
        _check("name", 1 <= len(self.name) <= 100, "have 1 to 100 characters", self.name)
        _check("start_timeout", self.start_timeout > 0, "be more than 0 s", self.start_timeout)
        _check("timeout", self.timeout is None or self.timeout > 0, "be more than 0 s", self.timeout)
        _check("restart.max_attempts", self.restart.max_attempts >= 0, "be at least 0", self.restart.max_attempts)
        _check("restart.within", self.restart.within > 0, "be more than 0 s", self.restart.within)
        return self

    @property
    def origin_url(self) -> str:
        """As the process is told."""
        from pathlib import Path

        return Path(os.path.abspath(self.origin or ".")).as_uri() + "/"


def _check(name: str, holds: bool, rule: str, value: object) -> None:
    if not holds:
        raise IsolationError("INVALID_OPTION", f"{name} must {rule}, received {value!r}", {"option": name})
