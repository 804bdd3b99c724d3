"""Runs the isolated process: handshake, then serving until told to stop."""

from __future__ import annotations

import socket
import sys
import threading

from ..grpc_socket import can_serve, serve
from ..session.lane import SocketLane
from ..version import VERSION
from .handshake import (
    EXIT_CANNOT_SERVE,
    SESSION_DESCRIPTOR,
    await_go,
    close_stray_descriptors,
    say_hello,
    say_ready,
    wait_for_end_of_host,
)
from .pihost import Pihost

# Deep enough for a value of 1,000 objects inside one another, each of which takes two frames.
_RECURSION_LIMIT = 4_000


def main() -> int:
    """The whole life of the process; gives its exit code."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
    _flush_each_line()
    say_hello(VERSION, can_serve())
    go = await_go()
    close_stray_descriptors(go.stray_descriptors)
    pihost = Pihost(go)

    def end_with_host() -> None:
        wait_for_end_of_host()
        pihost.end_with_host()

    threading.Thread(target=end_with_host, name="pihost-lifeline", daemon=True).start()
    if go.session_on_descriptor:
        pihost.serve_host(SocketLane(socket.socket(fileno=SESSION_DESCRIPTOR)))
    if go.address:
        try:
            serve(pihost, go.address, go.listening_descriptor)
        except OSError as error:
            sys.stderr.write(f"pihost: cannot serve {go.address}: {error}\n")
            return EXIT_CANNOT_SERVE
    say_ready()
    return pihost.run_forever()


def _flush_each_line() -> None:
    """Pipes would keep what is printed until there are 8 KiB of it, or for ever when the process crashes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True, write_through=True)
