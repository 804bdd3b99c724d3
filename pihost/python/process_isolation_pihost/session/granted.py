"""What this process was granted of others: each member is a call there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..errors import IsolationError

# How many members of one proxy are remembered, so that reading one again gives the same object.
_MAX_MEMBERS = 10_000


class Grant(Protocol):
    """What the members of one proxy have in common."""

    @property
    def target(self) -> str: ...

    def call(self, path: str, args: Sequence[Any]) -> Any: ...

    def why_not_lent(self) -> IsolationError | None:
        """Why it may not be handed on to another process now."""
        ...


class Granted:
    """
    Another isolate, or functions of the host, as ``use`` gives it. Reading a member calls nothing.

    A name that Python keeps for itself (``__name__``) is no member. One that is no identifier, or a keyword, is read by
    ``getattr``.
    """

    __slots__ = ("__weakref__", "_pihost_grant", "_pihost_members", "_pihost_path")

    def __init__(self, grant: Grant, path: str = "") -> None:
        self._pihost_grant = grant
        self._pihost_path = path
        self._pihost_members: dict[str, GrantedMember] = {}

    def __getattr__(self, name: str) -> GrantedMember:
        if name.startswith(("__", "_pihost_")) or not name:
            raise AttributeError(f"{name!r} is no member of {self!r}")
        members = self._pihost_members
        member = members.get(name)
        if member is None:
            if len(members) >= _MAX_MEMBERS:
                members.clear()
            segment = name.replace("\\", "\\\\").replace(".", "\\.")
            path = f"{self._pihost_path}.{segment}" if self._pihost_path else segment
            member = members[name] = GrantedMember(self._pihost_grant, path)
        return member

    def __repr__(self) -> str:
        members = f".{self._pihost_path}" if self._pihost_path else ""
        return f"<use({self._pihost_grant.target!r}){members}>"


class GrantedMember(Granted):
    """
    A function of another process, which may have members, too.

    In a thread, a call waits for the result and returns it. Where an event loop runs, it returns an awaitable.
    """

    __slots__ = ()

    def __call__(self, *args: Any) -> Any:
        return self._pihost_grant.call(self._pihost_path, args)


def granted_member(owner: Granted, path: str) -> GrantedMember:
    """The member at a path, as somebody names it to whom the owner was handed on."""
    before = f"{owner._pihost_path}." if owner._pihost_path else ""
    return GrantedMember(owner._pihost_grant, before + path)


def refuse_loan(value: Any) -> None:
    """Raises NOT_GRANTED for what was granted and may not be handed on."""
    refusal = value._pihost_grant.why_not_lent() if isinstance(value, Granted) else None
    if refusal is not None:
        raise refusal
