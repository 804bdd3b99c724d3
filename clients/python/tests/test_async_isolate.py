"""The asyncio face, against both pihosts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from conftest import Runtime

from process_isolation import AsyncIsolate, IsolateOptions, IsolationError


def test_many_calls_at_once_are_all_answered(runtime: Runtime, options: IsolateOptions) -> None:
    async def main() -> list[int]:
        async with await AsyncIsolate.start(runtime.command, options) as isolate:
            return list(await asyncio.gather(*[isolate.call(runtime.module, "add", i, 1) for i in range(1_000)]))

    assert asyncio.run(main()) == [i + 1 for i in range(1_000)]


def test_streams_go_both_ways(runtime: Runtime, options: IsolateOptions) -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(2_000):
            yield number

    async def main() -> None:
        async with await AsyncIsolate.start(runtime.command, options) as isolate:
            assert [item async for item in isolate.stream(runtime.module, "count", 2_000)] == list(range(2_000))
            if runtime.module.endswith(".mjs"):
                assert await isolate.call(runtime.module, "total", numbers()) == sum(range(2_000))

    asyncio.run(main())


def test_a_start_that_is_given_up_leaves_no_process(runtime: Runtime, options: IsolateOptions) -> None:
    async def main() -> None:
        starting = asyncio.create_task(AsyncIsolate.start(runtime.command, options))
        while not _has_children():
            await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        while _has_children():
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(main(), 30))


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def test_a_coroutine_function_is_lent(runtime: Runtime, options: IsolateOptions) -> None:
    async def double(value: int) -> int:
        await asyncio.sleep(0)
        return value * 2

    async def main() -> None:
        async with await AsyncIsolate.start(runtime.command, options) as isolate:
            assert await isolate.call(runtime.module, "call_back", double, 21) == 42

    asyncio.run(main())


def test_cancelling_a_task_cancels_its_call(runtime: Runtime, options: IsolateOptions) -> None:
    async def main() -> None:
        async with await AsyncIsolate.start(runtime.command, options) as isolate:
            call = asyncio.create_task(isolate.call(runtime.module, "never"))
            while (await isolate.status())["callsInFlight"] == 0:
                pass
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await isolate.call(runtime.module, "add", 1, 2) == 3

    asyncio.run(main())


def test_a_crash_is_healed(runtime: Runtime, options: IsolateOptions) -> None:
    async def main() -> None:
        async with await AsyncIsolate.start(runtime.command, options) as isolate:
            with pytest.raises(IsolationError) as caught:
                await isolate.call(runtime.module, "crash")
            assert caught.value.code == "CRASHED"
            assert await isolate.call(runtime.module, "add", 1, 2) == 3

    asyncio.run(main())
