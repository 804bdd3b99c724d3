"""The socket itself: listens at once, and loads gRPC when the first client comes, which most processes never see."""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
import sys
import threading
from time import monotonic
from typing import Any

_COPY_BYTES = 64 * 1024


def can_serve() -> bool:
    """Whether grpcio is installed."""
    return importlib.util.find_spec("grpc") is not None


def serve(pihost: Any, address: str, listening_descriptor: int) -> None:
    """Accepts connections at the address; on a descriptor that listens already where that is not 0. Raises OSError."""
    if listening_descriptor:
        listener = socket.socket(fileno=listening_descriptor)
    else:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            listener.bind(address)
        finally:
            os.umask(before)
        listener.listen()
    listener.setblocking(True)
    front = _Front(pihost, listener, address)
    pihost.close_socket = front.close
    threading.Thread(target=front.accept, name="pihost-socket", daemon=True).start()


class _Front:
    """Passes the bytes of each client on to gRPC's server, which cannot take over a socket that listens already."""

    def __init__(self, pihost: Any, listener: socket.socket, address: str) -> None:
        self._pihost = pihost
        self._listener = listener
        self._server: Any = None
        self._answering: list[threading.Thread] = []
        self._inner = "" if sys.platform == "linux" else f"{address}.i"

    def accept(self) -> None:
        """Until the process ends."""
        target = ""
        while True:
            client, _ = self._listener.accept()
            if not target:
                target = self._start_server()
            try:
                server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                server.connect(target)
            except OSError:
                client.close()
                continue
            asking, answering = [
                threading.Thread(target=_copy, args=ends, daemon=True) for ends in ((client, server), (server, client))
            ]
            self._answering = [thread for thread in self._answering if thread.is_alive()] + [answering]
            asking.start()
            answering.start()

    def close(self, seconds: float) -> None:
        """Lets the RPCs end and their last bytes reach the clients, for so long; those that do not end are aborted."""
        if self._server is None:
            return
        deadline = monotonic() + seconds
        self._server.stop(seconds).wait(seconds)
        for thread in self._answering:
            thread.join(max(0.0, deadline - monotonic()))

    def _start_server(self) -> str:
        from .server import start_server

        if self._inner:
            self._server = start_server(self._pihost, f"unix:{self._inner}")
            return self._inner
        # No file that a crash would leave. Whoever finds the name needs the token as well.
        name = f"pihost-{secrets.token_hex(16)}"
        self._server = start_server(self._pihost, f"unix-abstract:{name}")
        return f"\0{name}"


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while True:
            data = source.recv(_COPY_BYTES)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
