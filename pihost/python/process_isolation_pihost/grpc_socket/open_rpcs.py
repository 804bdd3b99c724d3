"""What has to know of the end of the process while an RPC is open, and not for longer."""

from __future__ import annotations

from typing import Any, Callable


def tell_while_open(context: Any, listeners: list[Callable[[], Any]], tell: Callable[[], Any]) -> None:
    """Keeps ``tell`` among the listeners until the RPC of this context is over."""
    listeners.append(tell)
    if not context.add_callback(lambda: listeners.remove(tell)):
        listeners.remove(tell)
