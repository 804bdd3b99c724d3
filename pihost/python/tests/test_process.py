"""The life of the process: handshake, output, drain, the death of the host."""

from __future__ import annotations

import signal
import socket
import threading
from typing import Any

import pytest
from conftest import Host

from process_isolation_pihost.errors import IsolationError, RemoteError


def test_the_hello_names_what_it_can_do(start: Any) -> None:
    hello = start().hello
    assert hello["protocol"] == 1
    assert hello["runtime"].startswith("python 3.")
    assert {"session", "payloads", "streams", "references", "signals", "cancel"} <= set(hello["features"])
    assert "heap-limit" not in hello["features"]


def test_another_version_of_the_protocol_ends_it_with_a_reason(start: Any) -> None:
    host = start({"protocol": 99})
    assert host.wait() == 76
    assert "version 99" in host.output()


def test_shutdown_lets_running_calls_finish_and_refuses_new_ones(start: Any) -> None:
    host: Host = start().ready()
    results: list[Any] = []
    running = threading.Thread(target=lambda: results.append(host.call("sleep", 0.5)))
    running.start()
    while host.call("status", module="pihost:")["callsInFlight"] == 0:
        pass
    assert host.call("shutdown", "enough", 5_000, module="pihost:") == 1
    assert host.next_message() == {"stopping": {"reason": "enough"}}
    with pytest.raises(IsolationError, match="STOPPED"):
        host.call("add", 1, 2)
    running.join()
    assert results == [0.5]
    assert host.wait() == 0


def test_a_call_that_does_not_end_is_left_behind_after_the_grace(start: Any) -> None:
    host: Host = start().ready()
    threading.Thread(target=lambda: _quietly(host, "sleep", 60), daemon=True).start()
    while host.call("status", module="pihost:")["callsInFlight"] == 0:
        pass
    host.call("shutdown", "enough", 200, module="pihost:")
    assert host.wait() == 0


def test_the_death_of_the_host_ends_it(start: Any) -> None:
    host: Host = start().ready()
    threading.Thread(target=lambda: _quietly(host, "sleep", 60), daemon=True).start()
    while host.call("status", module="pihost:")["callsInFlight"] == 0:
        pass
    host.handshake.shutdown(socket.SHUT_RDWR)
    assert host.wait() in (0, -signal.SIGKILL)


def test_the_death_of_the_host_before_go_kills_it(start: Any) -> None:
    host = start({"protocol": 1})
    host.handshake.shutdown(socket.SHUT_RDWR)
    assert host.wait() in (0, -signal.SIGKILL)


def test_lines_arrive_as_they_are_printed(host: Host) -> None:
    host.call("say", "hello")
    assert {host.read_line(), host.read_line()} == {"hello\n"}


@pytest.mark.parametrize("method", ["leave", "leave_later"])
def test_sys_exit_ends_the_process_with_its_code(host: Host, method: str) -> None:
    _quietly(host, method, 7)
    assert host.wait() == 7


@pytest.mark.parametrize("method", ["leave_after_one", "leave_later_after_one"])
def test_sys_exit_in_a_generator_ends_the_process_with_its_code(host: Host, method: str) -> None:
    with pytest.raises(Exception, match=r"SystemExit|closed"):
        list(host.call(method, 7))
    assert host.wait() == 7


def test_an_interrupt_that_a_coroutine_raises_is_its_own(host: Host) -> None:
    with pytest.raises(RemoteError, match="here"):
        host.call("interrupt_itself")
    assert host.call("add_later", 1, 2) == 3


def test_a_crash_fails_the_calls_that_run(host: Host) -> None:
    with pytest.raises(IsolationError):
        host.call("kill_yourself")
    assert host.wait() == -signal.SIGKILL


def test_a_framework_error_that_a_module_raises_keeps_its_code(host: Host) -> None:
    with pytest.raises(IsolationError) as caught:
        host.call("framework_error")
    assert (caught.value.code, caught.value.message) == ("QUEUE_FULL", "no room")


def _quietly(host: Host, method: str, *args: Any) -> None:
    try:
        host.call(method, *args)
    except IsolationError:
        pass
