"""Exceptions as the parts of ``$e``, and back."""

from __future__ import annotations

import builtins
import errno
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..errors import IsolationError, RemoteError

MAX_MESSAGE = 256 * 1024
MAX_STACK = 64 * 1024

# Classes that both languages have under one name.
_SHARED = ("TypeError", "SyntaxError", "ReferenceError", "RangeError", "EvalError", "URIError")
_OWN_ATTRIBUTES = (
    "code",
    "errno",
    "strerror",
    "filename",
    "filename2",
    "characters_written",
    "name",
    "msg",
    "args",
    "stack",
)


class ErrorParts(NamedTuple):
    """What an exception is made of on the wire."""

    parts: dict[str, Any]
    cause: BaseException | None
    members: Sequence[BaseException] | None
    fields: list[tuple[str, Any]]


def parts_of(error: BaseException) -> ErrorParts:
    """Reads an exception. Never raises: what cannot be read is left out."""
    message = _message_of(error)
    parts: dict[str, Any] = {
        "class": type(error).__name__,
        "base": _base_of(error),
        "framework": error.code if isinstance(error, IsolationError) else "",
        "message": message[:MAX_MESSAGE],
        "stack": stack_of(error),
    }
    if isinstance(error, RemoteError):
        parts["class"] = error.name
    if isinstance(error, IsolationError):
        parts["class"] = parts["base"] = "IsolationError"
    code = _code_of(error)
    if code is not None:
        parts["code"] = code
    members = getattr(error, "exceptions", None) if parts["base"] == "AggregateError" else None
    cause = error.cause if isinstance(error, RemoteError) and error.__cause__ is None else error.__cause__
    return ErrorParts(parts, cause if isinstance(cause, BaseException) else None, members, _fields_of(error))


def stack_of(error: BaseException) -> str:
    """The traceback as Python prints it, without the frames of this package, at most 64 KiB of it."""
    arrived_with = (
        getattr(error, "stack", None) if error.__traceback__ is None or isinstance(error, RemoteError) else None
    )
    if isinstance(arrived_with, str) and arrived_with:
        return arrived_with[:MAX_STACK]
    frames = _own_frames_off(error.__traceback__)
    if isinstance(error, IsolationError) and frames is None:
        return f"IsolationError: {error.message}\n"
    import traceback

    try:
        # The cause crosses by itself; what was merely being handled is told here.
        is_chained = error.__cause__ is None
        text = "".join(traceback.format_exception(type(error), error, frames, chain=is_chained))
    except Exception:
        text = f"{type(error).__name__}: {_message_of(error)}\n"
    # The end says what happened, the beginning where.
    return text if len(text) <= MAX_STACK else f"{text[: MAX_STACK // 2]}\n[…]\n{text[-MAX_STACK // 2 + 8 :]}"


def exception_of(parts: dict[str, Any]) -> BaseException:
    """The exception of its parts, without its cause, members and fields."""
    name, message = str(parts.get("class", "Error")), str(parts.get("message", ""))
    if parts.get("framework"):
        code = str(parts["framework"])
        # Some runtimes say the code in the message, too.
        return IsolationError(code, message[len(code) + 2 :] if message.startswith(f"{code}: ") else message)
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, Exception) and "code" not in parts:
        try:
            error = known(message)
            if str(error) == message:
                # Where it was raised in the other process; what is raised here gets a traceback of its own.
                vars(error)["stack"] = str(parts.get("stack", ""))[:MAX_STACK]
                return error
        except Exception:
            pass
    own_code = parts.get("code")
    stack = str(parts.get("stack", ""))[:MAX_STACK]
    return RemoteError(name, message, stack, own_code if isinstance(own_code, (str, int, float)) else None)


def _message_of(error: BaseException) -> str:
    if isinstance(error, (IsolationError, RemoteError)):
        return error.message
    try:
        return str(error)
    except Exception:
        return ""


def _base_of(error: BaseException) -> str:
    group = getattr(builtins, "BaseExceptionGroup", None)
    if group is not None and isinstance(error, group):
        return "AggregateError"
    for base in type(error).__mro__:
        if base.__name__ in _SHARED:
            return base.__name__
    return "Error"


def _code_of(error: BaseException) -> Any:
    if isinstance(error, IsolationError):
        return None
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno)
    code = getattr(error, "code", None)
    return code if type(code) in (str, int, float) and code == code else None


def _fields_of(error: BaseException) -> list[tuple[str, Any]]:
    if isinstance(error, RemoteError):
        return list(error.fields.items())
    if isinstance(error, IsolationError):
        return [("facts", error.facts)]
    fields: list[tuple[str, Any]] = []
    own = vars(error) if hasattr(error, "__dict__") else {}
    for name, value in own.items():
        if not name.startswith("_") and name not in _OWN_ATTRIBUTES:
            fields.append((name, value))
    if isinstance(error, OSError) and error.filename is not None:
        fields.append(("filename", str(error.filename)))
    return fields


def _own_frames_off(trace: Any) -> Any:
    """The traceback from the first frame on that is not ours."""
    folder = __file__.rpartition("codec")[0]
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(folder):
        trace = trace.tb_next
    return trace
