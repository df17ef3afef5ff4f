# SPDX-License-Identifier: Apache-2.0
"""Waiting for an event, never for a while: whoever waits is woken by the event, or fails at the deadline."""
import threading
import time

DEADLINE_S = 10.0
ASK_AGAIN_S = 0.02


def eventually(ask, what, deadline_s=DEADLINE_S):
    """Asks until the answer is true, for what has no event to listen to (a port, a file); returns that answer."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s:g} s: {what}")
        pause.wait(ASK_AGAIN_S)


class Record:
    """A list that one thread appends to while others wait for an item."""

    def __init__(self):
        self._items = []
        self._changed = threading.Condition()
        self._closed = False

    def add(self, item):
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    def close(self):
        """Nothing more will come; those who wait fail at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def items(self):
        with self._changed:
            return list(self._items)

    def wait_for(self, wanted, what, deadline_s=DEADLINE_S, since=0):
        """The first item, from index `since` on, that `wanted` accepts."""
        def find():
            return next((i for i in self._items[since:] if wanted(i)), None)

        with self._changed:
            self._changed.wait_for(lambda: find() is not None or self._closed, deadline_s)
            found = find()
            if found is None:
                tail = "\n  ".join(str(i) for i in self._items[-20:])
                raise AssertionError(f"never came: {what}; the last that came:\n  {tail}")
            return found
