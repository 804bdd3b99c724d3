"""What people spend, by Python's own statistics."""

import statistics


def summary(cents: "list[int]") -> "dict[str, float]":
    if not cents:
        return {"orders": 0, "median": 0.0}
    return {"orders": len(cents), "median": float(statistics.median(cents))}
