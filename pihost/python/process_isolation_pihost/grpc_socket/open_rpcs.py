"""What has to know of the end of the process while an RPC is open, and not for longer."""

from __future__ import annotations

from typing import Any, Callable


def tell_while_open(context: Any, moment: Any, tell: Callable[[], Any]) -> None:
    """Has ``tell`` called when the moment comes, unless the RPC of this context is over before."""
    moment.tell(tell)
    if not context.add_callback(lambda: moment.forget(tell)):
        moment.forget(tell)
