"""The conversation on descriptor 3: lines of JSON, and the death of the host."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any, NamedTuple, NoReturn

DESCRIPTOR = 3
SESSION_DESCRIPTOR = 4
PROTOCOL = 1

EXIT_CANNOT_SERVE = 69
EXIT_PROTOCOL = 76

# The host takes lines of 16 KiB.
_REASON_LENGTH = 2_000

FEATURES = [
    "session",
    "payloads",
    "streams",
    "references",
    "signals",
    "shared-memory",
    "cancel",
    "data",
    "preload",
    "lifecycle",
    "exports",
    "standby",
    "status",
    "use",
]
SOCKET_FEATURES = ["socket", "invoke"]
# What arrives as the value that it was. Holes of arrays and objects around primitives have no counterpart in Python.
VALUES = [
    "undefined",
    "number",
    "bigint",
    "date",
    "map",
    "set",
    "regexp",
    "bytes",
    "views",
    "error",
    "cycles",
]


class Go(NamedTuple):
    """What the host said."""

    token: str
    address: str
    isolate: str
    generation: int
    origin: str
    shared_memory: str
    session_on_descriptor: bool
    listening_descriptor: int
    lifecycle: list[str]
    lifecycle_of_all: bool
    stray_descriptors: list[dict[str, Any]]


def say_hello(version: str, serves_socket: bool) -> None:
    """Says what runs here, before any user code is loaded."""
    hello = {
        "protocol": PROTOCOL,
        "oldestProtocol": PROTOCOL,
        "pid": os.getpid(),
        "runtime": f"python {sys.version.split()[0]}",
        "version": version,
        "sessionOnDescriptor": True,
        "sharedMemory": True,
        "features": [*FEATURES, *SOCKET_FEATURES] if serves_socket else FEATURES,
        "values": VALUES,
    }
    tell_host({"hello": hello})


def await_go() -> Go:
    """Waits for the host's answer. If the descriptor ends first, the host is dead and so are we."""
    line = _read_line()
    try:
        go = json.loads(line).get("go")
    except (ValueError, AttributeError):
        go = None
    if not isinstance(go, dict):
        refuse("the host broke the handshake: it must answer hello with go")
    if go.get("protocol") != PROTOCOL:
        refuse(f"the host speaks protocol version {go.get('protocol')}, this pihost {PROTOCOL}")
    return Go(
        token=go.get("token", ""),
        address=go.get("address", ""),
        isolate=go.get("isolate", ""),
        generation=go.get("generation", 0),
        origin=go.get("from", ""),
        shared_memory=go.get("sharedMemory", ""),
        session_on_descriptor=go.get("sessionOnDescriptor", False),
        listening_descriptor=go.get("listeningDescriptor", 0),
        lifecycle=go.get("lifecycle", []),
        lifecycle_of_all=go.get("lifecycleOfAll", False),
        stray_descriptors=go.get("strayDescriptors", []),
    )


def say_ready() -> None:
    """Says that calls are taken."""
    tell_host({"ready": {}})


def say_stopping(reason: str) -> None:
    """Says that a shutdown was asked for."""
    tell_host({"stopping": {"reason": reason[:_REASON_LENGTH]}})


def tell_host(message: dict[str, Any]) -> None:
    """Writes one line."""
    try:
        os.write(DESCRIPTOR, json.dumps(message).encode() + b"\n")
    except OSError:
        # The host is gone; the end of the descriptor is about to say so.
        pass


def wait_for_end_of_host() -> None:
    """Returns when descriptor 3 ends: the host is dead, however it died."""
    while _read(4096):
        pass


def close_stray_descriptors(strays: list[dict[str, Any]]) -> None:
    """Closes what was inherited by accident, where it still leads to the file that the host saw."""
    for stray in strays:
        number = stray.get("number", 0)
        try:
            facts = os.fstat(number)
            if f"{facts.st_dev}:{facts.st_ino}" == stray.get("file"):
                os.close(number)
        except OSError:
            pass


def refuse(why: str) -> NoReturn:
    """Ends the process: the conversation makes no sense."""
    sys.stderr.write(f"pihost: {why}\n")
    sys.stderr.flush()
    os._exit(EXIT_PROTOCOL)


def _read_line() -> bytes:
    """A byte at a time: what comes behind the line belongs to whoever waits for the end."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = _read(1)
        if not byte:
            os.kill(os.getpid(), signal.SIGKILL)
        line += byte
    return bytes(line)


def _read(count: int) -> bytes:
    while True:
        try:
            return os.read(DESCRIPTOR, count)
        except BlockingIOError:
            # A host in another language may have handed over a non-blocking descriptor.
            time.sleep(0.001)
        except OSError:
            return b""
