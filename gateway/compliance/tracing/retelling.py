"""Judge a wallet anew by what is kept of its trace: the same transfers, the labels of today.

What a listed address once gave is in the inputs of the verdicts that its money is in. No node is
asked, so a changed list reaches a year of verdicts without a request.
"""

import zlib
from collections.abc import Collection
from dataclasses import replace

from gateway.chains.models import Chain
from gateway.compliance.tracing.canonical import inputs_from
from gateway.compliance.tracing.categories import AddressBook
from gateway.compliance.tracing.exposure import Reason
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.labelling import labels_among
from gateway.compliance.tracing.models import SeenAddress, TraceRequest, WalletVerdict
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.providers import Exposures
from gateway.compliance.tracing.tracer import trace


def exposures_retold(
    request: TraceRequest, *, chain: Chain, policy: TracePolicy
) -> tuple[str, Exposures] | None:
    """What the kept inputs say by the labels of today, and who gave the verdict they are of.

    None where nothing is kept: an outside provider looked at it, who is to be asked again.
    """
    before = (
        WalletVerdict.objects.select_related("inputs")
        .filter(about=request.about, chain_id=request.chain_id, address=bytes(request.address))
        .order_by("-id")
        .first()
    )
    if before is None or before.inputs is None:
        return None
    kept = inputs_from(zlib.decompress(bytes(before.inputs.body)))
    known = labels_among(addresses_of(kept), chain=chain)
    inputs = replace(kept, labels=AddressBook(known.labels).labels(), policy=policy)
    failures: list[Reason] = [one for one in before.failures if one != "lists_missing"]
    if known.lists is None:
        failures.append("lists_missing")
    head = None
    if before.head_number is not None and before.head_hash is not None:
        head = (before.head_number, bytes(before.head_hash))
    return before.provider, Exposures(
        found=trace(inputs),
        version=before.provider_version,
        failures=tuple(failures),
        inputs=inputs,
        lists=known.lists or "",
        head=head,
    )


def addresses_of(inputs: TraceInputs) -> Collection[bytes]:
    """Whose labels an answer rests on: the address asked about and whoever gave anything."""
    return {inputs.question.address} | {one.sender for one in inputs.transfers}


def seen_keep(verdict: WalletVerdict, inputs: TraceInputs | None) -> None:
    """Note what a verdict rests on, in the place of the one before it about the same. Two
    statements, in the caller's transaction."""
    SeenAddress.objects.filter(
        verdict__about=verdict.about,
        verdict__chain_id=verdict.chain_id,
        verdict__address=bytes(verdict.address),
    ).delete()
    found = {bytes(verdict.address)} if inputs is None else addresses_of(inputs)
    SeenAddress.objects.bulk_create(
        [SeenAddress(address=address, verdict=verdict) for address in sorted(found)],
        batch_size=5_000,
    )
