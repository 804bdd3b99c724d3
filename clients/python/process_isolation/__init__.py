"""Starts isolated processes, calls what they export, and stays up when they crash."""

from process_isolation_pihost.codec import UNDEFINED, BigInt, Map
from process_isolation_pihost.errors import IsolationError, RemoteError, ThrownValue
from process_isolation_pihost.session import RemoteFunction, RemoteObject, RemoteStream, Signal, keep, remote

from .async_isolate import AsyncIsolate
from .invoke import SocketClient
from .isolate import Isolate
from .options import IsolateOptions, Restart

__all__ = [
    "UNDEFINED",
    "AsyncIsolate",
    "BigInt",
    "Isolate",
    "IsolateOptions",
    "IsolationError",
    "Map",
    "RemoteError",
    "RemoteFunction",
    "RemoteObject",
    "RemoteStream",
    "Restart",
    "Signal",
    "SocketClient",
    "ThrownValue",
    "keep",
    "remote",
]
