"""What both sides of the comparison call."""


def add(a, b):
    return a + b
