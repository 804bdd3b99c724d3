"""Raises what is hard to fit into the trailers of an RPC."""

import builtins

from process_isolation_pihost.errors import RemoteError, ThrownValue


def fail(text, message_length, stack_length):
    raise RemoteError("TypeError", text * message_length, "TypeError: x\n" + text * stack_length)


def fail_for_each(count):
    error = ValueError("outermost")
    last = error
    for index in range(count):
        last.__cause__ = last = type("E", (Exception,), {})(str(index))
    raise error


def fail_with_members(count):
    raise builtins.ExceptionGroup("many", [Exception() for _ in range(count)])


def fail_with(name, value):
    error = ValueError("with more")
    setattr(error, name, value)
    raise error


def fail_with_code(kind):
    codes = {"long": "文" * 50_000, "integer": 10**6_000, "infinite": float("inf"), "number": 17}
    error = ValueError("with a code")
    error.code = codes[kind]
    raise error


def fail_with_name(length):
    raise type("N" * length, (Exception,), {})("named")


def throw(kind):
    raise ThrownValue({"text": "文" * 50_000, "tree": {"a": ["文" * 50_000]}, "bytes": b"x", "number": 3}[kind])


def huge():
    return 10**6_000
