"""From what the trees count to a score, and from a score to an alert: exact. Pure.

A half-space tree (Tan, Ting and Liu, Fast Anomaly Detection for Streaming Data, IJCAI 2011) halves
the space of the features again and again and counts how many events of the last window fell into
each part. An event that falls into parts where few did is an anomaly. The path through each tree is
kept with a score, so that it comes out again to the bit without the trees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from gateway.compliance.behaviour.features import PPM, features_from
from gateway.compliance.behaviour.rules import BehaviourRules

BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Shape:
    """How the trees are made; another shape is another model.

    Attributes:
        window: events that are counted before their counts are the reference.
        least: a part into which fewer fell than this ends the walk, a tenth of the window.
    """

    trees: int = 10
    height: int = 8
    window: int = 100
    seed: int = 20_261_130

    @property
    def least(self) -> Fraction:
        return Fraction(self.window, 10)

    @property
    def most(self) -> int:
        """The sum that an event scores which falls where all did, in every tree."""
        return self.trees * self.window * ((1 << (self.height + 1)) - 1)

    def as_plain(self) -> dict[str, int]:
        return {
            "trees": self.trees,
            "height": self.height,
            "window": self.window,
            "seed": self.seed,
        }


SHAPE: Final = Shape()


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the space on the way down a tree: how many fell into it, and how it is halved.

    Attributes:
        feature: by which it is halved; "" at the end of the tree.
        threshold: where, as the decimal text that names the number exactly.
    """

    mass: int
    feature: str = ""
    threshold: str = ""
    is_above: bool = False

    def as_plain(self) -> list[Any]:
        return [self.mass, self.feature, self.threshold, self.is_above]


def score_ppm(walks: Sequence[Sequence[Step]], *, shape: Shape = SHAPE) -> int:
    """Millionths: 0 where everything falls, a million where nothing ever did; rounded down."""
    total = 0
    for walk in walks:
        for depth, step in enumerate(walk):
            total += step.mass << depth
            if step.mass < shape.least:
                break
    return (shape.most - total) * PPM // shape.most


def walk_holds(walk: Sequence[Step], features: Mapping[str, int]) -> bool:
    """Whether an event with these features goes this way."""
    return all(
        step.is_above == (features[step.feature] / PPM >= float(step.threshold))
        for step in walk
        if step.feature
    )


@dataclass(frozen=True, slots=True)
class Rank:
    """How a score stands to those before it."""

    past: int
    at_least: int
    """How many of them were as high or higher."""

    def is_told(self, rules: BehaviourRules) -> bool:
        """Whether there is enough of a past, and the score above the stated share of it."""
        return (
            self.past >= rules.score_burn_in
            and (self.past - self.at_least) * BPS >= rules.score_bps * self.past
        )


def score_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """Score and rank anew, from what stands in an alert's evidence."""
    features = features_from(told["features"])
    shape = Shape(**told["shape"])
    walks = [[Step(*step) for step in walk] for walk in told["walks"]]
    rank = Rank(int(told["rank"]["past"]), int(told["rank"]["at_least"]))
    return {
        "score_ppm": score_ppm(walks, shape=shape),
        "follows": all(walk_holds(walk, features) for walk in walks),
        "is_told": rank.is_told(BehaviourRules.from_plain(told["rules"])),
    }
