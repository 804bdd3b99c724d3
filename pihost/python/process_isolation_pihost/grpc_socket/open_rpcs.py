"""What has to know of the end of the process while an RPC is open, and not for longer."""

from __future__ import annotations

from typing import Any, Callable

from ..session import Signal


def tell_while_open(context: Any, signal: Signal, tell: Callable[[], Any]) -> None:
    """Has ``tell`` called when the signal fires, unless the RPC of this context is over before."""
    signal.on_abort(tell)
    if not context.add_callback(lambda: signal.forget(tell)):
        signal.forget(tell)
