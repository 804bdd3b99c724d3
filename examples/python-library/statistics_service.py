"""A service around a real library, with a mistake in it that ends the process."""

import ctypes

import numpy


def describe(values: memoryview) -> "dict[str, float]":
    """The floats of a Float64Array, without a copy of them in text."""
    numbers = numpy.asarray(values)
    return {"mean": float(numbers.mean()), "deviation": float(numbers.std()), "largest": float(numbers.max())}


def normalized(values: memoryview) -> numpy.ndarray:
    """Comes back as a Float64Array."""
    numbers = numpy.asarray(values)
    return (numbers - numbers.mean()) / numbers.std()


def windows(values: memoryview, size: int):
    """The mean of each window, one after the other, as a stream."""
    numbers = numpy.asarray(values)
    for start in range(0, len(numbers), size):
        yield float(numbers[start : start + size].mean())


def crash() -> None:
    """What a mistake in a C extension does: it reads where there is nothing."""
    ctypes.string_at(0)
