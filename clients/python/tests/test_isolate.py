"""The sync face, against both pihosts."""

from __future__ import annotations

import dataclasses
import os
import select
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import RUNTIMES, Runtime

from process_isolation import Isolate, IsolateOptions, IsolationError, Restart
from process_isolation.supervisor import Supervisor


def test_calls_return_what_the_export_returned(isolate: Isolate, module: str) -> None:
    assert isolate.call(module, "add", 1, 2) == 3


@pytest.mark.parametrize("value", [None, 2**70, {1: [2]}, {"a": b"\0"}, "$x", b"\0" * 200_000, "ä" * 200_000])
def test_values_cross_both_ways(isolate: Isolate, module: str, value: Any) -> None:
    assert isolate.call(module, "echo", value) == value


def test_what_the_export_throws_is_raised(isolate: Isolate, module: str) -> None:
    with pytest.raises(Exception, match="no good") as caught:
        isolate.call(module, "fail", "no good")
    assert "sample" in vars(caught.value)["stack"]


def test_what_is_not_there_has_a_code(isolate: Isolate, module: str) -> None:
    with pytest.raises(IsolationError) as caught:
        isolate.call(module, "nothing")
    assert caught.value.code == "METHOD_NOT_FOUND"
    with pytest.raises(IsolationError) as caught:
        isolate.call("./none.py", "add")
    assert caught.value.code in ("MODULE_NOT_FOUND", "MODULE_FAILED")


def test_a_stream_is_iterated_and_left_early(isolate: Isolate, module: str) -> None:
    assert list(isolate.stream(module, "count", 3_000)) == list(range(3_000))
    for item in isolate.stream(module, "count", 1_000_000):
        if item == 10:
            break
    assert isolate.call(module, "add", 1, 1) == 2


def test_functions_and_iterators_are_lent(isolate: Isolate, module: str) -> None:
    assert isolate.call(module, "call_back", lambda value: value * 2, 21) == 42
    assert isolate.call(module, "total", iter(range(2_000))) == sum(range(2_000))


def test_a_timeout_has_a_code(isolate: Isolate, module: str) -> None:
    with pytest.raises(IsolationError) as caught:
        isolate.call(module, "never", timeout=0.2)
    assert caught.value.code == "DEADLINE_EXCEEDED"


def test_a_crash_fails_its_call_and_the_next_call_runs_in_another_process(isolate: Isolate, module: str) -> None:
    isolate.set_data("k", 1)
    with pytest.raises(IsolationError) as caught:
        isolate.call(module, "crash")
    assert caught.value.code == "CRASHED"
    assert caught.value.facts["signal"] == "SIGKILL"
    assert isolate.call(module, "add", 1, 2) == 3
    assert isolate.generation == 2
    assert isolate.call("pihost:", "getData", "k") == 1


def test_data_that_cannot_cross_is_refused_and_the_next_process_starts(isolate: Isolate, module: str) -> None:
    isolate.set_data("k", [1])
    for value in (lambda: 1, object()):
        with pytest.raises(IsolationError) as refused:
            isolate.set_data("k", value)
        assert refused.value.code == "NOT_SERIALIZABLE"
    with pytest.raises(IsolationError):
        isolate.call(module, "crash")
    assert isolate.call("pihost:", "getData", "k") == [1]


def test_data_is_a_copy(isolate: Isolate, module: str) -> None:
    value = [1]
    isolate.set_data("k", value)
    value.append(2)
    with pytest.raises(IsolationError):
        isolate.call(module, "crash")
    assert isolate.call("pihost:", "getData", "k") == [1]


def test_a_process_that_cannot_be_told_the_data_is_not_left_behind(options: IsolateOptions) -> None:
    supervisor = Supervisor(RUNTIMES["python"].command, options)
    # What no copy of a value can be: telling the process of it fails.
    supervisor._data["k"] = object()
    with pytest.raises(IsolationError):
        supervisor.ready()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_a_process_that_crashes_leaves_behind_is_ended(options: IsolateOptions, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Isolate(RUNTIMES["python"].command, options) as isolate:
        isolate.call("./sample.py", "start_child", str(pipe))
        with pytest.raises(IsolationError):
            isolate.call("./sample.py", "crash")
        # The end of the pipe: nobody has it open any more.
        assert select.select([reading], [], [], 20)[0] == [reading]
    os.close(reading)


def test_an_interrupt_cancels_the_call_that_is_waited_for(options: IsolateOptions) -> None:
    with Isolate(RUNTIMES["python"].command, options) as isolate:
        reached = threading.Event()

        def interrupt() -> None:
            reached.wait(30)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            isolate.call("./sample.py", "tell_and_wait_for_signal", reached.set)
        assert isolate.call("./sample.py", "heard") == "CANCELLED"


def test_the_budget_of_restarts_ends(runtime: Runtime, options: IsolateOptions) -> None:
    with Isolate(runtime.command, dataclasses.replace(options, restart=Restart(max_attempts=1))) as isolate:
        for _ in range(2):
            with pytest.raises(IsolationError):
                isolate.call(runtime.module, "crash")
        with pytest.raises(IsolationError) as caught:
            isolate.call(runtime.module, "add", 1, 2)
    assert caught.value.code == "RESTARTS_EXHAUSTED"


def test_status_says_what_the_process_is(isolate: Isolate) -> None:
    status = isolate.status()
    assert (status["state"], status["isolate"], status["generation"]) == ("ready", "test", 1)
    assert status["pid"] == isolate.pid


def test_exports_are_listed(isolate: Isolate, module: str) -> None:
    assert {"add", "count"} <= {entry["name"] for entry in isolate.exports(module)}


def test_shutdown_ends_the_process_for_good(runtime: Runtime, options: IsolateOptions) -> None:
    isolate = Isolate(runtime.command, options)
    pid = isolate.pid
    assert pid is not None
    isolate.shutdown()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(IsolationError) as caught:
        isolate.call(runtime.module, "add", 1, 2)
    assert caught.value.code == "STOPPED"


def test_threads_share_an_isolate(isolate: Isolate, module: str) -> None:
    results: list[int] = []

    def work() -> None:
        for _ in range(50):
            results.append(isolate.call(module, "add", 1, 1))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [2] * 400


FAILING = [
    (["/nonexistent/pihost"], "START_FAILED"),
    ([sys.executable, "-c", "raise SystemExit(3)"], "START_FAILED"),
    ([sys.executable, "-c", "import time; time.sleep(60)"], "START_TIMEOUT"),
    ([sys.executable, "-c", "import os; os.write(3, b'{\"ready\":{}}\\n'); os.read(3, 1)"], "PROTOCOL"),
    (
        [
            sys.executable,
            "-c",
            'import os; os.write(3, b\'{"hello":{"protocol":9,"oldestProtocol":7}}\\n\'); os.read(3, 1)',
        ],
        "PROTOCOL",
    ),
    ([sys.executable, "-c", "import os; os.write(3, b'x' * 20000); os.read(3, 1)"], "PROTOCOL"),
]


@pytest.mark.parametrize(("command", "code"), FAILING)
def test_a_start_that_fails_says_why_and_leaves_nothing(command: list[str], code: str, options: IsolateOptions) -> None:
    with pytest.raises(IsolationError) as caught:
        Isolate(command, dataclasses.replace(options, start_timeout=2))
    assert caught.value.code == code


def test_frames_that_break_the_contract_end_the_process(options: IsolateOptions) -> None:
    hello = '{"hello":{"protocol":1,"sessionOnDescriptor":true,"features":["session"]}}\\n'
    script = f"import os, time; os.write(3, b'{hello}'); os.read(3, 4096); os.write(3, b'{{\"ready\":{{}}}}\\n')"
    script += "; os.write(4, b'\\1garbage'); time.sleep(60)"
    with Isolate([sys.executable, "-c", script], options) as isolate, pytest.raises(IsolationError) as caught:
        isolate.call("m", "f", timeout=10)
    assert caught.value.code in ("CRASHED", "RESTARTS_EXHAUSTED")


@pytest.mark.parametrize(
    "options", [IsolateOptions(name=""), IsolateOptions(start_timeout=0), IsolateOptions(timeout=-1)]
)
def test_options_out_of_bounds_are_refused_by_name(options: IsolateOptions) -> None:
    with pytest.raises(IsolationError, match=r"INVALID_OPTION: \w+ must") as caught:
        Isolate(RUNTIMES["python"].command, options)
    assert caught.value.code == "INVALID_OPTION"
