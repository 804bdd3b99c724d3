"""Points in time: aware datetimes here, Dates there."""

from __future__ import annotations

import datetime

from ..errors import protocol_error

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MILLISECOND = datetime.timedelta(milliseconds=1)


def milliseconds_of(moment: datetime.datetime) -> int:
    """Since 1970, cut to what a Date has. One without a zone is local time, as everywhere in Python."""
    return (moment.astimezone(datetime.timezone.utc) - _EPOCH) // _MILLISECOND


def moment_of(text: str) -> datetime.datetime:
    """An aware datetime in UTC. Raises PROTOCOL for a Date that Python does not have."""
    try:
        return _EPOCH + datetime.timedelta(milliseconds=float(text))
    except (ValueError, OverflowError):
        raise protocol_error(f"a Date of {text!r} milliseconds is none that Python has") from None
