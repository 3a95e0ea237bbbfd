"""Score and learn what came in each shop's stream, in its order, each event once.

State and scores commit together: a worker that dies in between leaves both as they were.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F

from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.features import features_from
from gateway.compliance.behaviour.models import Stream, StreamItem
from gateway.compliance.behaviour.raising import behaviour_alert
from gateway.compliance.behaviour.rules import BehaviourRules
from gateway.compliance.behaviour.scores import SHAPE, Rank, Step, score_ppm
from gateway.compliance.behaviour.trees import StateDamaged, Trees

log = structlog.get_logger(__name__)

BATCH: Final = 200
SHOPS_AT_ONCE: Final = 100
KEPT_DAYS: Final = 400
LOCK_SQL: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def streams_learn(*, now: datetime) -> int:
    """Learn what waits, a batch a shop; how many events were learnt."""
    behind = Stream.objects.filter(learned_number__lt=F("last_number")).order_by("shop_id")
    shops = list(behind.values_list("shop_id", flat=True)[:SHOPS_AT_ONCE])
    return sum(stream_learn(shop_id=shop_id, now=now) for shop_id in shops)


@transaction.atomic
def stream_learn(*, shop_id: UUID, now: datetime) -> int:
    """Learn the next batch of one shop; none while somebody else does. How many were learnt."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, [f"behaviour:learn:{shop_id}"])
        if not cursor.fetchone()[0]:
            return 0
    stream = Stream.objects.get(shop_id=shop_id)
    items = list(
        StreamItem.objects.filter(
            shop_id=shop_id, number__gt=stream.learned_number, number__lte=stream.last_number
        ).order_by("number")[:BATCH]
    )
    if not items:
        return 0
    rules = rules_in_force()
    trees = _resumed(stream)
    past = _past_scores(stream, trees.model, rules)
    for item in items:
        features = features_from(item.features)
        walks = trees.walks(features)
        if walks is not None:
            _score(item, stream, walks, past=past, model=trees.model, rules=rules)
        trees.learn(features)
    StreamItem.objects.bulk_update(
        items, ["score_ppm", "past", "at_least", "model", "version", "is_told"]
    )
    state = trees.state()
    Stream.objects.filter(shop_id=shop_id, version=stream.version).update(
        learned_number=items[-1].number,
        model=trees.model,
        state=state,
        state_hash=sha256(state).digest(),
        version=F("version") + 1,
        learned_at=now,
    )
    return len(items)


@transaction.atomic
def items_forget(*, now: datetime) -> int:
    """Delete what was learnt so long ago that nobody looks at it; how many. One statement."""
    deleted, _ = StreamItem.objects.filter(at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    return deleted


def _resumed(stream: Stream) -> Trees:
    """The trees as they were left; grown anew from what is kept if another version left them, or
    if what it left is damaged."""
    trees = Trees()
    if stream.model == trees.model:
        try:
            trees.resume(bytes(stream.state), state_hash=bytes(stream.state_hash))
            return trees
        except StateDamaged as damage:
            log.error("stream_state_damaged", shop_id=str(stream.shop_id), damage=str(damage))
            trees = Trees()
    learnt = StreamItem.objects.filter(
        shop_id=stream.shop_id, number__lte=stream.learned_number
    ).order_by("-number")
    kept = list(learnt.values_list("features", flat=True)[: 2 * trees.shape.window])
    for told in reversed(kept):
        try:
            trees.learn(features_from(told))
        except ValueError:
            trees = Trees()  # of other features: what came before can't be learnt with what follows
    return trees


def _past_scores(stream: Stream, model: str, rules: BehaviourRules) -> deque[int]:
    """Scores of this model before the batch, the latest ones."""
    rows = StreamItem.objects.filter(
        shop_id=stream.shop_id,
        number__lte=stream.learned_number,
        score_ppm__isnull=False,
        model=model,
    ).order_by("-number")
    found = list(rows.values_list("score_ppm", flat=True)[: rules.score_past])
    return deque((score or 0 for score in reversed(found)), maxlen=rules.score_past)


def _score(
    item: StreamItem,
    stream: Stream,
    walks: Sequence[Sequence[Step]],
    *,
    past: deque[int],
    model: str,
    rules: BehaviourRules,
) -> None:
    """Write an item's score and rank into it, and tell the officers of one that stands out."""
    score = score_ppm(walks)
    rank = Rank(past=len(past), at_least=sum(1 for other in past if other >= score))
    item.score_ppm, item.past, item.at_least = score, rank.past, rank.at_least
    item.model, item.version, item.is_told = model, stream.version, rank.is_told(rules)
    past.append(score)
    if item.is_told:
        _tell(item, stream, walks, rank=rank, rules=rules)


def _tell(
    item: StreamItem,
    stream: Stream,
    walks: Sequence[Sequence[Step]],
    *,
    rank: Rank,
    rules: BehaviourRules,
) -> None:
    behaviour_alert(
        "stream_anomaly",
        about=f"shop:{item.shop_id}",
        fingerprint=f"{item.kind}:{item.at.date()}",
        mode=stream.mode,
        shop_id=item.shop_id,
        severity="low",
        facts={
            "event_id": item.event_id,
            "number": item.number,
            "kind": item.kind,
            "units": str(item.units),
            "at": item.at,
            "model": item.model,
            "state_version": item.version,
        },
        judged_by="behaviour_score",
        judged={
            "features": item.features,
            "shape": SHAPE.as_plain(),
            "walks": [[step.as_plain() for step in walk] for walk in walks],
            "rank": {"past": rank.past, "at_least": rank.at_least},
        },
        rules=rules,
        now=item.at,
    )
