import os
import signal


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
