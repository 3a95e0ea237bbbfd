"""Names told apart and found among a million, beside nomenklatura's logic-v2.

``f1``: pairs of nomenklatura's own name benchmark, in five folds of whole groups of names; each
fold is judged by the threshold that is best on the other four, chosen without it. ``f1_unseen`` is
that of the half of the groups at which nobody looked while the scorer and its weights were made,
by the threshold that the product ships; ``f1_seen`` of the other half. ``logic_v2_f1`` is at 0.70,
``logic_v2_f1_folded`` by the same folds.

``strong_errors``: somebody certain who is missed, of thousands asked for: listed under exactly the
name asked for, primary or strong alias, in any order and capitals and whatever the date of birth;
or having the passport number asked for under another name. Not the pairs that the benchmark's file
labels STRONG: those called otherwise than labelled are ``strong_labels_differ``.

Times are milliseconds of processor time of one question, from the text to the scored matches, and
so that a busy machine burdens both alike. The peer is given the same candidates, whole entities
with all their names as our scorer gets them, and the time that our index took to find them is
added to its own. Both answer the same questions by turns: half are listed names with a slip of the
pen, half are nobody's.

The peer lives in a virtual environment under ``bench/.work`` which this makes if it is missing;
where it can't be installed its figures are null and ``conditions`` say why.
"""

import gc
import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from bench.screening_cases import Case, f1, folded, our_scores, read_cases, strong_errors
from bench.screening_names import MadeUp, listed
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.naming.artefact import read, write
from gateway.compliance.naming.building import build
from gateway.compliance.naming.finding import find
from gateway.compliance.naming.index import BEST, NameIndex
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.weights import POINTS, SCORER_VERSION, WEIGHTS

REPOSITORY: Final = Path(__file__).parents[1]
WORK: Final = REPOSITORY / "bench" / ".work"
PEER: Final = WORK / "nomenklatura"
DATA: Final = Path(os.environ.get("BENCH_DATA", REPOSITORY.parent / "shared" / "data"))
MILLION: Final = 1_000_000
LIKE_OFAC: Final = 35_000
ROUNDS: Final = 5
QUESTIONS: Final = 400
WARMING: Final = 200
SCHEMAS: Final = {"person": "Person", "organisation": "Company"}
OUR_THRESHOLDS: Final = [float(one) for one in range(4_000, POINTS, 50)]
PEER_THRESHOLDS: Final = [one / 100 for one in range(40, 100)]


@dataclass(slots=True)
class Times:
    """Processor milliseconds of questions, round by round."""

    ours: list[list[float]] = field(default_factory=list)
    theirs: list[list[float]] = field(default_factory=list)


def run(seed: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    conditions: dict[str, Any] = {
        "scorer": SCORER_VERSION,
        "threshold": WEIGHTS.threshold,
        "candidates": BEST,
        "rounds": ROUNDS,
        "questions_a_round": QUESTIONS,
        "timed": "milliseconds of processor time a question",
    }
    peer, conditions["peer"] = Peer.started()
    try:
        cases = read_cases(DATA)
        figures |= _told_apart(cases, peer, seed, conditions)
        real = listed(DATA)
        conditions["words"] = "OFAC's, as often as there" if real else "made up of syllables"
        like_ofac = real or list(MadeUp(seed, []).entities(names=LIKE_OFAC))
        missed, tried = strong_errors(like_ofac, seed)
        figures |= {"strong_errors": missed, "strong_asked": tried}
        small = Asked(like_ofac, seed=seed, real=real, peer=None)
        figures["names_35k"] = small.names
        figures["p99_ms_35k"] = _percentile(small.times.ours, 99)
        figures["p50_ms_35k"] = _percentile(small.times.ours, 50)
        million = Asked(
            MadeUp(seed, real).entities(names=MILLION), seed=seed + 1, real=real, peer=peer
        )
        figures |= _of_a_million(million)
    finally:
        if peer is not None:
            peer.stop()
    return {"figures": figures, "conditions": conditions}


def _told_apart(
    cases: list[Case], peer: "Peer | None", seed: int, conditions: dict[str, Any]
) -> dict[str, Any]:
    if not cases:
        conditions["f1"] = f"no labelled pairs in {DATA}: set BENCH_DATA"
        nothing = dict.fromkeys(("f1", "f1_seen", "f1_unseen", "logic_v2_f1"))
        return {**nothing, "strong_labels_differ": None}
    scores = our_scores(cases)
    ours = folded(cases, scores, OUR_THRESHOLDS, seed)
    conditions |= {"pairs": len(cases), "f1_of_folds": ours.of_folds}
    conditions["thresholds_of_folds"] = ours.thresholds
    figures: dict[str, Any] = {"f1": ours.f1}
    for name, unseen in (("f1_seen", False), ("f1_unseen", True)):
        half = [at for at, case in enumerate(cases) if case.unseen is unseen]
        picked = [cases[at] for at in half], [scores[at] for at in half]
        figures[name] = round(f1(*picked, WEIGHTS.threshold), 4)
    figures["strong_labels_differ"] = sum(
        (score >= WEIGHTS.threshold) != case.is_match
        for case, score in zip(cases, scores, strict=True)
        if case.quality == "STRONG"
    )
    if peer is None:
        return {**figures, "logic_v2_f1": None, "logic_v2_f1_folded": None}
    theirs = [
        peer.scores(case.schema, case.one, [(case.schema, [case.other])])[0][0] for case in cases
    ]
    same = folded(cases, theirs, PEER_THRESHOLDS, seed)
    conditions["logic_v2_f1_of_folds"] = same.of_folds
    figures["logic_v2_f1"] = round(f1(cases, theirs, 0.7), 4)
    figures["logic_v2_f1_folded"] = same.f1
    return figures


def _of_a_million(asked: "Asked") -> dict[str, Any]:
    theirs = asked.times.theirs if any(asked.times.theirs) else None
    rate, peer_rate = _rate(asked.times.ours), _rate(theirs) if theirs else None
    p99, peer_p99 = _percentile(asked.times.ours, 99), _percentile(theirs, 99) if theirs else None
    return {
        "p50_ms_1m": _percentile(asked.times.ours, 50),
        "p99_ms_1m": p99,
        "logic_v2_p99_ms_1m": peer_p99,
        "p99_of_logic_v2": round(p99 / peer_p99, 3) if peer_p99 else None,
        "queries_per_s_1m": rate,
        "logic_v2_queries_per_s_1m": peer_rate,
        "times_logic_v2": round(rate / peer_rate, 2) if peer_rate else None,
        "index_only_ms_1m": round(median(asked.index_ms), 3),
        "index_mb_1m": round(asked.index_mb),
        "build_s_1m": round(asked.build_s, 1),
        "slips_missed_1m": asked.missed,
        "slips_asked_1m": asked.slips,
    }


class Asked:
    """An index of entities, read from its file as the product does, and questions put to it."""

    def __init__(
        self,
        entities: Any,
        *,
        seed: int,
        real: list[ListedEntity],
        peer: "Peer | None",
    ) -> None:
        self.made_up = MadeUp(seed, real)
        self.times = Times()
        self.index_ms: list[float] = []
        self.missed = self.slips = self.names = 0
        self._kept: list[ListedEntity] = []
        path = WORK / f"names-{os.getpid()}.index"
        started = time.process_time()
        write(build(self._seen(entities), built_from={}), path)
        self.build_s = time.process_time() - started
        # One for us and one for the peer: neither finds the other's words looked up already.
        self._index, self._peers_index = NameIndex(read(path)), NameIndex(read(path))
        self.index_mb = path.stat().st_size / 1e6
        path.unlink()  # it stays mapped
        # What these were made from is the benchmark's, not to be looked through for garbage.
        gc.collect()
        gc.freeze()
        for query, _ in self._questions(WARMING):
            find(query, self._index)
            self._peers_index.candidates(query)
        for _ in range(ROUNDS):
            self._round(peer)
        gc.unfreeze()

    def _seen(self, entities: Any) -> Any:
        """Keep every fiftieth, to ask for."""
        for at, one in enumerate(entities):
            self.names += len(one.names)
            if at % 50 == 0 and one.kind in SCHEMAS:
                self._kept.append(one)
            yield one

    def _questions(self, count: int) -> list[tuple[NameQuery, str | None]]:
        told: list[tuple[NameQuery, str | None]] = []
        for at in range(count):
            if at % 2:
                one = self._kept[self.made_up.number(len(self._kept))]
                told.append((NameQuery(self.made_up.mistyped(one.names[0].full), one.kind), one.id))
            else:
                words = self.made_up.words("person")
                told.append((NameQuery(" ".join(words).title(), "person"), None))
        return told

    def _round(self, peer: "Peer | None") -> None:
        ours: list[float] = []
        theirs: list[float] = []
        for query, wanted in self._questions(QUESTIONS):
            started = time.process_time()
            found = find(query, self._index)
            ours.append((time.process_time() - started) * 1000)
            if wanted is not None:
                self.slips += 1
                self.missed += wanted not in {one.entity_id for one in found.matches}
            if peer is not None:
                theirs.append(self._peers(query, peer))
        self.times.ours.append(ours)
        self.times.theirs.append(theirs)

    def _peers(self, query: NameQuery, peer: "Peer") -> float:
        index = self._peers_index
        started = time.process_time()
        entities = [
            index.entity(one) for one in dict.fromkeys(index.entities_of(index.candidates(query)))
        ]
        spent = (time.process_time() - started) * 1000
        self.index_ms.append(spent)
        candidates = [
            (SCHEMAS[one.kind], [name.full for name in one.names])
            for one in entities
            if one.kind in SCHEMAS
        ]
        return spent + peer.scores(SCHEMAS[query.kind], query.name, candidates)[1]


class Peer:
    """nomenklatura in a process and an environment of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @classmethod
    def started(cls) -> tuple["Peer | None", str]:
        """It, and its version; or nothing and why."""
        python = PEER / "bin" / "python"
        try:
            if not python.exists():
                uv = REPOSITORY / ".tools" / "bin" / "uv"
                install = [str(uv), "pip", "install", "-q", "--python", str(python), "nomenklatura"]
                subprocess.run([str(uv), "venv", "-q", str(PEER)], check=True, timeout=120)
                subprocess.run(install, check=True, timeout=900)
            script = REPOSITORY / "bench" / "screening_peer.py"
            process = subprocess.Popen(
                [str(python), str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            return None, f"not installed: {type(error).__name__} {error}"[:200]
        return cls(process), f"nomenklatura {told['nomenklatura']}, logic-v2"

    def scores(
        self, schema: str, name: str, candidates: Sequence[tuple[str, list[str]]]
    ) -> tuple[list[float], float]:
        """Its scores, and the milliseconds of processor time they took."""
        assert self._process.stdin is not None and self._process.stdout is not None
        told = {"schema": schema, "name": name, "candidates": candidates}
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["scores"], answer["cpu_s"] * 1000

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


def _percentile(rounds: Sequence[Sequence[float]], share: int) -> float:
    """The median of the rounds'."""
    return round(median(float(np.percentile(one, share)) for one in rounds), 3)


def _rate(rounds: Sequence[Sequence[float]]) -> float:
    return round(median(1000 * len(one) / sum(one) for one in rounds), 1)
