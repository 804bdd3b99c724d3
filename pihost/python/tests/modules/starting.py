"""Asks the host while it is loaded and started."""

from process_isolation_pihost import use

use("gate").load()

began = False


def start():
    global began
    use("gate").start()
    began = True


def has_begun():
    return began


async def has_begun_later():
    return began


def stop():
    print("stop", began)
