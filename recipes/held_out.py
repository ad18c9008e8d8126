"""Which training reviews Fixgate holds out as its validation part: the task examples/imdb/imdb.toml, src/data/draw.h."""

import numpy as np

SHARE = 0.1  # validation_fraction in the task
SEED = 1  # calibration.seed in the task
MASK = 2**64 - 1


class SplitMix64:
    """Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014."""

    def __init__(self, seed: int):
        self.state = seed

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        """Uniform in [0, bound): values from the incomplete last interval are drawn again."""
        while (value := self.next()) < 2**64 % bound:
            pass
        return value % bound


def draw(population: int) -> np.ndarray:
    """bool [population], true for those held out: the head of a Fisher-Yates shuffle."""
    random, count = SplitMix64(SEED), round(SHARE * population)
    order = np.arange(population)
    for place in range(count):
        other = place + random.below(population - place)
        order[place], order[other] = order[other], order[place]
    chosen = np.zeros(population, bool)
    chosen[order[:count]] = True
    return chosen
