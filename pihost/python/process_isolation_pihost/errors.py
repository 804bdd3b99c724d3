"""The framework's own errors, and those that arrive from the other process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

Code = Union[str, int, float, None]


class IsolationError(Exception):
    """What the framework itself has to say, under one of the codes of docs/errors.md.

    A code that this version does not know is kept as it came.
    """

    def __init__(self, code: str, message: str, facts: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts: dict[str, Any] = facts if facts is not None else {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class RemoteError(Exception):
    """An error that the other process threw.

    ``name`` is its class there, ``stack`` where it was thrown as that language says it, ``code`` its own code where it
    has one, ``errors`` the members of an AggregateError or ExceptionGroup, ``fields`` its other properties.
    """

    def __init__(self, name: str, message: str, stack: str = "", code: Code = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.stack = stack
        self.code = code
        self.cause: Any = None
        self.errors: Sequence[Any] = ()
        self.fields: dict[str, Any] = {}

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.message else self.name


class ThrownValue(Exception):  # noqa: N818 - what it holds is no error
    """The other process threw what is no error: ``value``."""

    def __init__(self, value: Any) -> None:
        super().__init__(f"the other process threw {value!r}, which is no error")
        self.value = value


def protocol_error(message: str) -> IsolationError:
    """The peer breaks the contract."""
    return IsolationError("PROTOCOL", message)


def thrown_as_exception(value: Any) -> BaseException:
    """What to raise for what the other process threw."""
    return value if isinstance(value, BaseException) else ThrownValue(value)
