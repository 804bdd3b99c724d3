"""Small calls in a multiprocessing.Pool(1), a given number of them at once. One line of JSON for each line read."""

import json
import resource
import sys
import threading
import time
from multiprocessing import get_context

from work import add


def measure(pool, concurrency, seconds):
    """Calls in that time, and the processor seconds of this process."""
    deadline = time.perf_counter() + seconds
    slots = threading.Semaphore(concurrency)
    done = 0

    def settle(_):
        nonlocal done
        done += 1
        slots.release()

    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    while time.perf_counter() < deadline:
        slots.acquire()
        pool.apply_async(add, (1, 2), callback=settle, error_callback=settle)
    for _ in range(concurrency):
        slots.acquire()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"calls": done, "seconds": time.perf_counter() - started, "cpu": cpu}


def main():
    with get_context("spawn").Pool(1) as pool:
        pool.apply(add, (1, 2))
        for line in sys.stdin:
            print(json.dumps(measure(pool, **json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
