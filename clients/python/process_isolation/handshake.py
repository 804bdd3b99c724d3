"""The host's side of the conversation on descriptor 3."""

from __future__ import annotations

import json
import socket
import time
from typing import Any, Callable

from process_isolation_pihost.errors import IsolationError, protocol_error

PROTOCOL = 1
_MAX_LINE = 16_384
_MAX_LINES = 64
_MAX_BYTES = 65_536


class Conversation:
    """Reads lines of a process that is not trusted: few, short, and in their order."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._rest = b""
        self._lines = 0
        self._bytes = 0

    def expect(self, kind: str, deadline: float | None) -> dict[str, Any]:
        """The next message, which must be of this kind. Raises PROTOCOL, TimeoutError, or EOFError at the end."""
        while True:
            message = _message_of(self._line(deadline))
            if kind in message:
                found = message[kind]
                if isinstance(found, dict):
                    return found
            if message.keys() & {"hello", "ready", "stopping", "debugger"}:
                raise protocol_error(f"the process said {next(iter(message))} where {kind} is due")

    def until_the_end(self, hear: Callable[[dict[str, Any]], Any]) -> None:
        """Hears all further messages. Returns when the process lets go of the descriptor, or breaks the bounds."""
        try:
            while True:
                hear(_message_of(self._line(None)))
        except (EOFError, IsolationError, OSError):
            return

    def go(self, facts: dict[str, Any]) -> None:
        """Answers the hello."""
        self._stream.sendall(json.dumps({"go": facts}).encode() + b"\n")

    def _line(self, deadline: float | None) -> bytes:
        while b"\n" not in self._rest:
            if len(self._rest) > _MAX_LINE:
                raise protocol_error(f"the process sent a line of more than {_MAX_LINE} bytes on descriptor 3")
            self._stream.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
            data = self._stream.recv(_MAX_LINE)
            if not data:
                raise EOFError
            self._bytes += len(data)
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        self._lines += 1
        if self._lines > _MAX_LINES or self._bytes > _MAX_BYTES:
            raise protocol_error(f"the process sent more than {_MAX_LINES} lines or {_MAX_BYTES} bytes on descriptor 3")
        return line


def choose_protocol(hello: dict[str, Any]) -> int:
    """The newest version that both speak. Raises PROTOCOL, naming both ranges, when there is none."""
    newest = hello.get("protocol", 0)
    oldest = hello.get("oldestProtocol", 0) or newest
    if isinstance(newest, int) and isinstance(oldest, int) and oldest <= PROTOCOL <= newest:
        return PROTOCOL
    raise protocol_error(f"the process speaks protocol versions {oldest} to {newest}, this client {PROTOCOL}")


def _message_of(line: bytes) -> dict[str, Any]:
    """What is no JSON, or no object, says nothing."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
