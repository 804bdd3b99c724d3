__all__ = ["_marked", "listed"]


def listed():
    return 1


def unlisted():
    return 2


def _marked():
    return 3
