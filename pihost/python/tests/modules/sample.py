"""What the live tests call."""

import asyncio
import os
import signal
import sys
import threading
import time

from process_isolation_pihost import IsolationError, current_call, get_data, keep, remote, set_data

LIMIT = 3
_hidden = 1
started = threading.Event()


def add(a, b):
    return a + b


def echo(value):
    return value


def nothing():
    pass


def fail(message):
    raise ValueError(message)


def fail_deeply():
    try:
        {}["key"]
    except KeyError as error:
        raise RuntimeError("outer") from error


def no_file():
    with open("/nonexistent/file"):
        pass


async def add_later(a, b):
    await asyncio.sleep(0)
    return a + b


async def wait_for_ever():
    started.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        set_cancelled()
        raise


cancelled = threading.Event()


def set_cancelled():
    cancelled.set()


def was_cancelled(seconds):
    return cancelled.wait(seconds)


def wait_for_signal():
    call = current_call()
    return "aborted" if call.signal.wait(10) else "never"


def facts_of_call():
    call = current_call()
    return {"attempt": call.attempt, "has_time": call.time_left is not None, "trace": call.trace}


def count(n):
    yield from range(n)


def count_and_tell(n, tell):
    try:
        for i in range(n):
            tell(i)
            yield i
    finally:
        tell("closed")


async def count_later(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


def count_then_fail(n):
    yield from range(n)
    raise ValueError("after the last")


def total(items):
    return sum(items)


async def total_later(items):
    result = 0
    async for item in items:
        result += item
    return result


def call_back(function, value):
    return function(value)


async def call_back_later(function, value):
    return await function(value)


def call_object(target, value):
    return target.double(value)


def keep_adder(n):
    return keep(lambda value: value + n)


class Counter:
    def __init__(self):
        self.value = 0

    def increase(self, by):
        self.value += by
        return self.value

    @staticmethod
    def zero():
        return 0

    @classmethod
    def name(cls):
        return cls.__name__


def make_counter():
    return remote(Counter())


def say(text):
    print(text)
    print(text, file=sys.stderr)


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def kill_yourself():
    os.kill(os.getpid(), signal.SIGKILL)


def leave(code):
    sys.exit(code)


def framework_error():
    raise IsolationError("QUEUE_FULL", "no room")


def remember(name, value):
    set_data(name, value)
    return get_data(name)


def remember_function(name):
    set_data(name, remember)


async def leave_later(code):
    sys.exit(code)


def leave_after_one(code):
    yield 1
    sys.exit(code)


async def leave_later_after_one(code):
    yield 1
    sys.exit(code)


async def interrupt_itself():
    raise KeyboardInterrupt("here")


def thread_name():
    return threading.current_thread().name
