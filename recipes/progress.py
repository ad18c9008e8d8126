"""Lines that say how far a training run is, how fast it goes and how long it will take."""

import time

SECONDS_BETWEEN_LINES = 15.0


class Progress:
    """Counts updates; `done` of them an earlier start has made, so the rate is this start's only."""

    def __init__(self, updates: int, done: int):
        self.updates, self.first, self.done = updates, done, done
        self.begin = self.printed = time.monotonic()

    def step(self, text: str) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.printed >= SECONDS_BETWEEN_LINES:
            self.printed = now
            print(f"{text}, update {self.done}/{self.updates}, {self.left()}", flush=True)

    def left(self) -> str:
        """The mean rate and, from it, the time left; both include the epochs' ends."""
        seconds = max(time.monotonic() - self.begin, 1e-9)
        rate = max(self.done - self.first, 1) / seconds
        return f"{rate:.2f} updates/s, {clock((self.updates - self.done) / rate)} left"


def clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
