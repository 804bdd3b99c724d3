"""One child process with descriptors 3 and 4: how it is started, what it prints, how it ends."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence

from process_isolation_pihost.errors import IsolationError

# Descriptors of ours are moved above those of the child, so that none is overwritten before it is copied.
_ABOVE = 16

# What is kept of stderr for the error of a crash, in bytes.
_TAIL_BYTES = 8 * 1024


class Child:
    """The process. ``handshake`` and ``session`` are our ends of its descriptors 3 and 4."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None) -> None:
        self.handshake, theirs_3 = _socket_pair()
        self.session, theirs_4 = _socket_pair()
        error_read, error_write = os.pipe()
        actions: list[tuple[int, ...]] = [
            (os.POSIX_SPAWN_DUP2, theirs_3.fileno(), 3),
            (os.POSIX_SPAWN_DUP2, theirs_4.fileno(), 4),
            (os.POSIX_SPAWN_DUP2, error_write, 2),
        ]
        null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        actions.insert(0, (os.POSIX_SPAWN_DUP2, null, 0))
        environment: dict[str, str] = dict(os.environ if env is None else env)
        try:
            # Its own group: an interrupt from the terminal is for us, and we end it in order.
            self.pid = os.posix_spawnp(command[0], list(command), environment, file_actions=actions, setpgroup=0)
        except OSError as error:
            self.handshake.close()
            self.session.close()
            os.close(error_read)
            raise IsolationError("START_FAILED", f"{command[0]!r} cannot be started: {error}") from error
        finally:
            theirs_3.close()
            theirs_4.close()
            os.close(error_write)
            os.close(null)
        self._ended = threading.Event()
        self._status = 0
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._output = threading.Thread(target=self._pass_on, args=(error_read,), daemon=True)
        self._output.start()
        threading.Thread(target=self._wait, daemon=True).start()

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for its end, at most so many seconds; says whether it came."""
        return self._ended.wait(timeout)

    def kill(self) -> None:
        """Ends it and what it started in its group, at once."""
        if not self.has_ended:
            self._kill_group()

    def facts(self) -> dict[str, object]:
        """How it ended, for an error."""
        self._output.join(0.2)
        code = os.WEXITSTATUS(self._status) if os.WIFEXITED(self._status) else None
        number = os.WTERMSIG(self._status) if os.WIFSIGNALED(self._status) else None
        tail = b"".join(self._tail)[-_TAIL_BYTES:].decode("utf-8", "replace")
        name = signal.Signals(number).name if number is not None else None
        return {"pid": self.pid, "exit_code": code, "signal": name, "stderr_tail": tail}

    def describe_end(self) -> str:
        """As a part of a sentence."""
        facts = self.facts()
        how = f"the signal {facts['signal']}" if facts["signal"] is not None else f"the exit code {facts['exit_code']}"
        return f"process {self.pid} ended with {how}"

    def close(self) -> None:
        """Lets go of it: the end of its descriptors ends it, too."""
        for end in (self.handshake, self.session):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # There is nobody, or on macOS nobody but who has ended.
            pass

    def _wait(self) -> None:
        # What it leaves behind in its group would go on, and keep its stderr open. That is ended before the process is
        # reaped: afterwards its number may be somebody else's. Python before 3.13 cannot do so on macOS.
        can_look = hasattr(os, "waitid")
        try:
            if can_look:
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
                self._kill_group()
            _, self._status = os.waitpid(self.pid, 0)
        except ChildProcessError:
            # Somebody in this process waits for all children, and was first.
            pass
        if not can_look:
            self._kill_group()
        self._ended.set()

    def _pass_on(self, descriptor: int) -> None:
        """Its stderr is ours, too."""
        while True:
            data = os.read(descriptor, 64 * 1024)
            if not data:
                break
            self._tail.append(data)
            self._tail_size += len(data)
            while self._tail_size - len(self._tail[0]) > _TAIL_BYTES:
                self._tail_size -= len(self._tail.popleft())
            try:
                sys.stderr.write(data.decode("utf-8", "replace"))
                sys.stderr.flush()
            except (OSError, ValueError):
                pass
        os.close(descriptor)


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair()
    moved = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD_CLOEXEC, _ABOVE)
    theirs.close()
    return ours, socket.socket(fileno=moved)
