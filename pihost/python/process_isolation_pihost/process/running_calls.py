"""The calls of the process: of all Sessions, and those that come alone."""

from __future__ import annotations

from time import monotonic

from ..errors import IsolationError
from ..session import Session
from ..session.single_calls import SingleCalls
from .status import Counts


class RunningCalls:
    """Counts them, and waits for them."""

    def __init__(self) -> None:
        self.single = SingleCalls()
        self._sessions: list[Session] = []
        # Of Sessions that are over.
        self._done = 0
        self._failed = 0

    def add(self, session: Session) -> None:
        self._sessions.append(session)

    def remove(self, session: Session) -> None:
        self._sessions.remove(session)
        self._done += session.incoming.done
        self._failed += session.incoming.failed

    def counts(self) -> Counts:
        incoming = [session.incoming for session in self._sessions]
        return Counts(
            sum([len(calls.open) for calls in incoming]) + self.single.in_flight,
            sum([calls.done for calls in incoming]) + self.single.done + self._done,
            sum([calls.failed for calls in incoming]) + self.single.failed + self._failed,
        )

    def is_idle(self) -> bool:
        """Whether no call runs."""
        return self.counts().in_flight == 0

    def drain(self, reason: IsolationError) -> None:
        """Tells the calls that run that the process is to end."""
        for session in list(self._sessions):
            session.drain(reason)

    def wait_until_process_answered(self) -> None:
        """Waits until what the process itself was asked for is answered."""
        for session in list(self._sessions):
            session.wait_until_process_answered()

    def wait_until_answered(self, seconds: float) -> None:
        """Waits until no call runs and no stream is open, at most so many seconds."""
        deadline = monotonic() + seconds
        for session in list(self._sessions):
            session.wait_until_answered(max(0.0, deadline - monotonic()))
        self.single.wait_until_idle(max(0.0, deadline - monotonic()))

    def flush(self) -> None:
        """Sends all that waits."""
        for session in list(self._sessions):
            session.flush()
