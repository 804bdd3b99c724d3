"""A Session: calls both ways, streams, callbacks and cancels over one lane. Both ends run the same rules."""

from .current_call import CurrentCall, current_call
from .executor import Executor
from .granted import Granted
from .lane import Lane, SocketLane
from .lending import keep, remote
from .main_loop import MainLoop
from .session import Session
from .signals import Signal
from .stand_ins import RemoteFunction, RemoteObject
from .stream_import import RemoteStream

__all__ = [
    "CurrentCall",
    "Executor",
    "Granted",
    "Lane",
    "MainLoop",
    "RemoteFunction",
    "RemoteObject",
    "RemoteStream",
    "Session",
    "Signal",
    "SocketLane",
    "current_call",
    "keep",
    "remote",
]
