"""A host for the tests: starts the true process on true socket pairs, and speaks Session with it."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from process_isolation_pihost.errors import IsolationError
from process_isolation_pihost.session import Executor, Session, SocketLane
from process_isolation_pihost.session.incoming_calls import Callee
from process_isolation_pihost.session.places import SharedFolder

PACKAGE = Path(__file__).parent.parent / "process_isolation_pihost"
MODULES = Path(__file__).parent / "modules"
SAMPLE = str(MODULES / "sample.py")


class Host:
    """Starts one process. What it says on descriptor 3 is in ``said``."""

    def __init__(self, go: dict[str, Any] | None = None, shared: str = "") -> None:
        self.said: list[dict[str, Any]] = []
        self.stored: dict[str, Any] = {}
        #: What the process may use, by module and method.
        self.granted: dict[tuple[str, str], Any] = {}
        self.refusal = None
        ours_3, theirs_3 = socket.socketpair()
        ours_4, theirs_4 = socket.socketpair()
        self.handshake = ours_3
        self._output_read, output = os.pipe()
        moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in (theirs_3.fileno(), theirs_4.fileno(), output)]
        actions = [(os.POSIX_SPAWN_DUP2, moved[2], number) for number in (1, 2)]
        actions += [(os.POSIX_SPAWN_DUP2, moved[index], 3 + index) for index in (0, 1)]
        self.pid = os.posix_spawn(sys.executable, [sys.executable, str(PACKAGE)], os.environ, file_actions=actions)
        for descriptor in (*moved, output):
            os.close(descriptor)
        theirs_3.close()
        theirs_4.close()
        self._lines = ours_3.makefile("rb")
        self.hello = self.next_message()["hello"]
        answer = {
            "protocol": 1,
            "token": "0" * 64,
            "isolate": "test",
            "generation": 1,
            "from": MODULES.as_uri() + "/",
            "sharedMemory": shared,
            "sessionOnDescriptor": True,
            **(go or {}),
        }
        self.handshake.sendall(json.dumps({"go": answer}).encode() + b"\n")
        executor = Executor()
        executor.start_thread()
        folder = SharedFolder(shared, "h", "p") if shared else None
        self.session = Session(SocketLane(ours_4), self, executor, folder)
        self._reader = threading.Thread(target=self.session.serve, daemon=True)
        self._executor = executor

    def next_message(self) -> dict[str, Any]:
        """The next line on descriptor 3; empty at its end."""
        line = self._lines.readline()
        message: dict[str, Any] = json.loads(line) if line else {}
        self.said.append(message)
        return message

    def ready(self) -> Host:
        """Waits until it takes calls."""
        assert self.next_message() == {"ready": {}}
        self._reader.start()
        return self

    def callee(self, module: str, method: str) -> Callee:
        def resolve(_: Callee) -> Any:
            if (module, method) == ("pihost:", "setData"):
                return self.stored.__setitem__
            if (module, method) in self.granted:
                return self.granted[module, method]
            if module.startswith("use"):
                raise IsolationError("NOT_GRANTED", f"test may not call {method} of {module}", {"isolate": "test"})
            raise IsolationError("METHOD_NOT_FOUND", method)

        return Callee(resolve)

    def call(self, method: str, *args: Any, module: str = SAMPLE, timeout: float | None = 30) -> Any:
        """Calls an export."""
        return self.session.call(self.session.new_handle(module, method), args, timeout)

    def wait(self) -> int:
        """Waits for the end; the exit code, or the negative number of a signal."""
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def output(self) -> str:
        """All that it printed; waits for its end."""
        with open(self._output_read, encoding="utf-8", closefd=False) as pipe:
            return pipe.read()

    def read_line(self) -> str:
        """The next line that it prints."""
        line = bytearray()
        while not line.endswith(b"\n"):
            line += os.read(self._output_read, 1)
        return line.decode()

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        self.session.close()
        self._executor.stop()
        self._lines.close()
        self.handshake.close()
        os.close(self._output_read)


@pytest.fixture
def start() -> Iterator[Any]:
    hosts: list[Host] = []

    def begin(go: dict[str, Any] | None = None, shared: str = "") -> Host:
        host = Host(go, shared)
        hosts.append(host)
        return host

    yield begin
    for host in hosts:
        host.close()


@pytest.fixture
def host(start: Any) -> Host:
    ready: Host = start().ready()
    return ready


@pytest.fixture
def shared() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="process-isolation-", dir="/dev/shm") as folder:
        yield folder
