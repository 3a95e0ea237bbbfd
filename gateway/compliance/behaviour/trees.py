"""``river``'s half-space trees, their counts as bytes and back. The workers' alone.

The library takes a second or more to load and a hundred megabytes: it is loaded by the first stream
that is learnt, in the process that learns, and by nothing that answers a request.
"""

import zlib
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final

import msgspec

from gateway.compliance.alerts.canonical import canonical, digest
from gateway.compliance.behaviour.features import NAMES, PPM
from gateway.compliance.behaviour.scores import SHAPE, Shape, Step

FORMAT: Final = "half-space-trees/1"


class StateDamaged(ValueError):
    """What was kept is not what these trees count: another model's, or another hash's."""


class Trees:
    """One shop's; made by the seed alone, so that every process has the same."""

    def __init__(self, shape: Shape = SHAPE) -> None:
        from river.anomaly import HalfSpaceTrees

        self.shape = shape
        self._trees = HalfSpaceTrees(
            n_trees=shape.trees,
            height=shape.height,
            window_size=shape.window,
            limits=dict.fromkeys(NAMES, (0.0, 1.0)),
            seed=shape.seed,
        )
        self._trees.learn_one(dict.fromkeys(NAMES, 0.0))  # it grows them at the first event
        self._nodes = [list(tree.iter_dfs()) for tree in self._trees.trees]
        self._set(counter=0, is_first=True, masses=[])
        splits = [[_split(node) for node in nodes] for nodes in self._nodes]
        library = f"river {version('river')}"
        self.model = f"{FORMAT} {library} {digest([shape.as_plain(), splits])[:12]}"

    def learn(self, features: Mapping[str, int]) -> None:
        """Count an event."""
        self._trees.learn_one({name: features[name] / PPM for name in NAMES})

    def walks(self, features: Mapping[str, int]) -> list[list[Step]] | None:
        """The parts that an event falls into, tree by tree; None before the first whole window."""
        if self._trees._first_window:
            return None
        return [_walk(tree, features) for tree in self._trees.trees]

    def state(self) -> bytes:
        """What they count; the same counts are the same bytes."""
        body = {
            "model": self.model,
            "counter": self._trees.counter,
            "is_first": self._trees._first_window,
            "masses": [
                [[node.l_mass for node in nodes], [node.r_mass for node in nodes]]
                for nodes in self._nodes
            ],
        }
        return zlib.compress(canonical(body).encode())

    def resume(self, state: bytes, *, state_hash: bytes) -> None:
        """Count on from there.

        Raises:
            StateDamaged
        """
        if sha256(state).digest() != state_hash:
            raise StateDamaged("the counts have another hash than was kept of them")
        told = msgspec.json.decode(zlib.decompress(state))
        sizes = [[len(side) for side in tree] for tree in told["masses"]]
        if told["model"] != self.model or sizes != [[len(nodes)] * 2 for nodes in self._nodes]:
            raise StateDamaged(f"counts of {told['model']}, not of {self.model}")
        self._set(counter=told["counter"], is_first=told["is_first"], masses=told["masses"])

    def _set(self, *, counter: int, is_first: bool, masses: list[list[list[int]]]) -> None:
        self._trees.counter = counter
        self._trees._first_window = is_first
        for index, nodes in enumerate(self._nodes):
            learnt, reference = masses[index] if masses else ([0] * len(nodes), [0] * len(nodes))
            for node, l_mass, r_mass in zip(nodes, learnt, reference, strict=True):
                node.l_mass, node.r_mass = l_mass, r_mass


def _split(node: Any) -> list[str]:
    """How a node halves the space; nothing at the end of the tree."""
    return [node.feature, repr(node.threshold)] if getattr(node, "children", None) else []


def _walk(tree: Any, features: Mapping[str, int]) -> list[Step]:
    steps, node = [], tree
    while getattr(node, "children", None):
        is_above = not features[node.feature] / PPM < node.threshold
        steps.append(Step(node.r_mass, node.feature, repr(node.threshold), is_above))
        node = node.children[1 if is_above else 0]
    return [*steps, Step(node.r_mass)]
