"""One call from outside of any Session, as an RPC makes it."""

from __future__ import annotations

import threading
from typing import Any, Callable

from ..once import UnderWayError
from .executor import Executor


def call_once(executor: Executor, function: Callable[[], Any]) -> Any:
    """Runs the function where user code runs, and waits for what it comes to. Raises what it raised."""
    answered = threading.Event()
    outcome: dict[str, Any] = {}

    def settle(name: str, value: Any) -> None:
        outcome[name] = value
        answered.set()

    async def await_(awaitable: Any) -> None:
        try:
            settle("value", await awaitable)
        except BaseException as error:
            if isinstance(error, SystemExit):
                executor.on_exit(error)
            settle("error", error)

    def run() -> None:
        try:
            value = function()
        except UnderWayError as other:
            other.then(lambda: executor.submit(run))
            return
        except Exception as error:
            settle("error", error)
            return
        if hasattr(value, "__await__"):
            loop = executor.loop()
            loop.call_soon_threadsafe(lambda: loop.create_task(await_(value)))
        else:
            settle("value", value)

    executor.submit(run)
    answered.wait()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]
