"""Calls that come, or are given up, while their module is loaded and started."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import Host

from process_isolation_pihost.errors import IsolationError

GATED = "./gated.py"


@pytest.mark.parametrize("method", ["mark", "mark_later"])
def test_a_call_that_is_given_up_while_its_module_is_loaded_does_not_begin(host: Host, method: str) -> None:
    with pytest.raises(IsolationError, match="DEADLINE_EXCEEDED"):
        host.call(method, module=GATED, timeout=0.2)
    host.call("setData", "open", True, module="pihost:")
    _wait_until_idle(host)
    assert host.call("marked", module=GATED) == 0


def test_a_call_that_is_given_up_while_another_one_runs_does_not_begin(host: Host) -> None:
    host.call("setData", "open", True, module="pihost:")
    assert host.call("marked", module=GATED) == 0
    busy = threading.Thread(target=host.call, args=("sleep", 0.5))
    busy.start()
    while host.call("status", module="pihost:")["callsInFlight"] == 0:
        pass
    with pytest.raises(IsolationError, match="DEADLINE_EXCEEDED"):
        host.call("mark", module=GATED, timeout=0.05)
    busy.join()
    _wait_until_idle(host)
    assert host.call("marked", module=GATED) == 0


def _wait_until_idle(host: Host) -> None:
    while host.call("status", module="pihost:")["callsInFlight"] > 0:
        pass


class Gate:
    """Holds what the process calls until it is opened."""

    def __init__(self, host: Host, method: str) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()
        host.granted["use:gate", method] = self._pass

    def open(self) -> None:
        self._opened.set()

    def _pass(self) -> None:
        self.reached.set()
        assert self._opened.wait(30)


@pytest.mark.parametrize("held", ["load", "start"])
@pytest.mark.parametrize("method", ["has_begun", "has_begun_later"])
def test_calls_wait_for_a_module_that_waits_for_the_host_while_it_begins(start: Any, held: str, method: str) -> None:
    host: Host = start({"lifecycleOfAll": True}).ready()
    gates = {name: Gate(host, name) for name in ("load", "start")}
    gates["start" if held == "load" else "load"].open()
    with ThreadPoolExecutor() as threads:
        calls = [threads.submit(host.call, method, module="./starting.py")]
        assert gates[held].reached.wait(30)
        calls += [threads.submit(host.call, method, module=name) for name in ("./starting.py", "starting")]
        while host.call("status", module="pihost:")["callsInFlight"] < 3:
            pass
        # Others run meanwhile.
        assert host.call("add", 1, 2) == 3
        gates[held].open()
        assert [call.result(30) for call in calls] == [True, True, True]


def test_a_start_that_awaits_the_host_can_be_called_back(start: Any) -> None:
    host: Host = start({"lifecycleOfAll": True}).ready()
    host.granted["use:gate", "ask"] = lambda callback: callback()
    assert host.call("answered", module="./asking.py") == "here"


def test_what_a_stop_raises_goes_to_stderr_and_the_next_one_stops(start: Any) -> None:
    host: Host = start({"lifecycleOfAll": True}).ready()
    for gate in (Gate(host, "load"), Gate(host, "start")):
        gate.open()
    host.granted["use:gate", "ask"] = lambda callback: callback()
    host.call("has_begun", module="./starting.py")
    host.call("answered", module="./asking.py")
    host.call("shutdown", "enough", 5_000, module="pihost:")
    assert host.wait() == 0
    output = host.output()
    assert "stop() of module asking failed: SystemExit('not so easily')" in output
    assert "stop True" in output
