import os
import signal
import subprocess

from process_isolation_pihost import current_call


def add(a, b):
    return a + b


def echo(value):
    return value


def fail(message):
    raise ValueError(message)


def count(n):
    yield from range(n)


def call_back(function, value):
    return function(value)


def total(items):
    return sum(items)


async def never():
    import asyncio

    await asyncio.Event().wait()


def crash():
    os.kill(os.getpid(), signal.SIGKILL)


def start_child(file):
    """One that holds the file open, and outlives this process where nobody ends it."""
    with open(file, "wb") as output:
        return subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, stdout=output, stderr=output).pid


reasons = []


def tell_and_wait_for_signal(tell):
    call = current_call()
    tell()
    if call.signal.wait(10):
        reasons.append(call.signal.reason.code)


def heard():
    return reasons.pop()
