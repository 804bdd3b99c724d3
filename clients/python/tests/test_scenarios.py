"""The scenarios that every client runs: clients/scenarios.json, against the Node pihost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import pytest
from conftest import REPOSITORY, RUNTIMES, Runtime
from scenario_values import expect_error, same, to_value

from process_isolation import Isolate, IsolateOptions

CLIENTS = REPOSITORY / "clients"
FILE = json.loads((CLIENTS / "scenarios.json").read_text())
MODULE = FILE["module"]
SCENARIOS = {scenario["name"]: scenario["steps"] for scenario in FILE["scenarios"]}


@pytest.fixture
def node(node_runtime: Runtime) -> Iterator[Isolate]:
    options = IsolateOptions(name="scenario", origin=str(CLIENTS), start_timeout=30)
    with Isolate(node_runtime.command, options) as started:
        yield started


def test_the_file_has_the_format_that_this_driver_knows() -> None:
    assert FILE["format"] == 1
    assert (CLIENTS / Path(MODULE)).exists()


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(node: Isolate, name: str) -> None:
    for step in SCENARIOS[name]:
        run(node, step)


def run(isolate: Isolate, step: dict[str, Any]) -> None:
    """Does a step, and checks what comes of it."""
    for kind, does in STEPS.items():
        if kind in step:
            does(isolate, step)
            return
    raise AssertionError(f"a step that this driver does not know: {step}")


def check(step: dict[str, Any], action: Callable[[], Any]) -> None:
    """That the action returns or raises what the step says."""
    if "throws" not in step:
        same(action(), to_value(step["returns"]))
        return
    with pytest.raises(BaseException) as caught:
        action()
    expect_error(caught.value, step["throws"])


def call(isolate: Isolate, step: dict[str, Any]) -> None:
    lent: list[Any] = []
    args = [to_value(arg, lent) for arg in step["args"]]
    timeout = step["timeoutMs"] / 1000 if "timeoutMs" in step else None
    module = step.get("module", MODULE)
    if step.get("cancel"):
        cancel(isolate, step, args)
        return
    check(step, lambda: isolate.call(module, step["call"], *args, timeout=timeout))
    if "called" in step:
        same(lent[0].called, to_value(step["called"]))


def cancel(isolate: Isolate, step: dict[str, Any], args: list[Any]) -> None:
    """Only tasks are cancelled by their owner: the call is made in an event loop, in a process of its own."""
    import asyncio

    from process_isolation import AsyncIsolate

    async def run_and_cancel() -> None:
        options = IsolateOptions(name="scenario", origin=str(CLIENTS), start_timeout=30)
        async with await AsyncIsolate.start(RUNTIMES["node"].command, options) as other:
            task = asyncio.ensure_future(other.call(MODULE, step["call"], *args))
            while (await other.status())["callsInFlight"] == 0:
                pass
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # The process goes on, and knows that nobody waits.
            assert await other.call(MODULE, "add", 1, 1) == 2
            assert other.generation == 1

    assert step["throws"] == {"framework": "CANCELLED"}
    asyncio.run(run_and_cancel())


def stream(isolate: Isolate, step: dict[str, Any]) -> None:
    items: list[Any] = []

    def read() -> None:
        for item in isolate.stream(MODULE, step["stream"], *map(to_value, step["args"])):
            if len(items) == step.get("take"):
                continue
            items.append(item)
            if len(items) == step.get("take"):
                if "meanwhile" not in step:
                    return
                run(isolate, step["meanwhile"])

    if "throws" in step:
        with pytest.raises(BaseException) as caught:
            read()
        expect_error(caught.value, step["throws"])
    else:
        read()
    if "count" in step:
        assert (len(items), items[-1]) == (step["count"], step["last"])
    else:
        same(items, to_value(step["items"]))


def together(isolate: Isolate, step: dict[str, Any]) -> None:
    steps = step["together"]
    begin = threading.Barrier(len(steps))

    def one(each: dict[str, Any]) -> None:
        begin.wait()
        run(isolate, each)

    with ThreadPoolExecutor(len(steps)) as pool:
        for future in [pool.submit(one, each) for each in steps]:
            future.result()


def status(isolate: Isolate, step: dict[str, Any]) -> None:
    found = isolate.status()
    assert {name: found.get(name) for name in step["status"]} == step["status"]


def generation(isolate: Isolate, step: dict[str, Any]) -> None:
    assert isolate.generation == step["generation"]


def shutdown(isolate: Isolate, step: dict[str, Any]) -> None:
    pid = isolate.pid
    isolate.shutdown(grace=step["shutdown"]["graceMs"] / 1000)
    assert pid is not None
    assert isolate.pid is None


STEPS: dict[str, Callable[[Isolate, dict[str, Any]], None]] = {
    "call": call,
    "stream": stream,
    "together": together,
    "setData": lambda isolate, step: isolate.set_data(step["setData"], to_value(step["value"])),
    "getData": lambda isolate, step: check(step, lambda: isolate.get_data(step["getData"])),
    "status": status,
    "generation": generation,
    "shutdown": shutdown,
}
