"""Take the chains of the settings over into the tables, after looking whether they are true.

What a chain says of itself decides: a node of another chain, other code at the factory's address,
another treasury, an operator that may not sweep or other decimals of a token are refused, because
each would misplace money. A token that does not move what it is told, or whose balances change by
themselves, is watched like the others and never offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import structlog
from django.db import transaction
from django.utils import timezone
from eth_hash.auto import keccak

from gateway.chains.addresses import checksum, parse_address
from gateway.chains.blocks import parse_block
from gateway.chains.conduct import conduct_problems
from gateway.chains.configuration import ChainSettings, TokenSettings
from gateway.chains.confirmations import parse_tiers
from gateway.chains.cursor import Header
from gateway.chains.eip3009 import TokenDomain
from gateway.chains.errors import BadChainSettings, ChainMismatch, NodeFault
from gateway.chains.models import MODES, Block, Chain, ProcessedHead, Token
from gateway.chains.nodes import Nodes
from gateway.chains.outgoing.relay import check_relay
from gateway.chains.rpc_words import hex_of, parse_quantity
from gateway.chains.token_domains import read_domains
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

INIT_CODE_HASH_CALL = "0x" + keccak(b"sweeperInitCodeHash()")[:4].hex()
TREASURY_CALL = "0x" + keccak(b"treasury()")[:4].hex()
IS_OPERATOR_CALL = "0x" + keccak(b"isOperator(address)")[:4].hex()
DECIMALS_CALL = "0x313ce567"
"""decimals()"""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What the nodes said of a configured chain.

    Attributes:
        start: where to begin to listen.
        domains: of the tokens that take signed transfers, by symbol.
        refused: why tokens are not offered (``conduct``), by symbol.
    """

    start: Header
    domains: Mapping[str, TokenDomain] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def check_chain(entry: ChainSettings) -> ChainCheck:
    """Ask every configured node whether the settings are true. No database.

    Raises:
        BadChainSettings: the settings can't be right, whatever the chain says.
        ChainMismatch: a node contradicts them.
        NodeFault: a node has no usable answer.
    """
    _check_settings(entry)
    checks = [_check_node(entry, url) for url in entry.rpc_urls]
    try:
        return replace(checks[0], refused=conduct_problems(entry))
    except NodeFault as fault:
        raise ChainMismatch(f"A node of {entry.key}: {fault} ({fault.reason}).") from fault


def _check_settings(entry: ChainSettings) -> None:
    try:
        parse_tiers(entry.confirmations)
    except ValueError as error:
        raise BadChainSettings(f"Confirmations of {entry.key}: {error}.") from error
    if entry.mode not in MODES or not entry.rpc_urls:
        raise BadChainSettings(f"{entry.key} needs a mode (test, live) and at least one node.")
    symbols = [entry.native.symbol, *(token.symbol for token in entry.tokens)]
    if len(set(symbols)) != len(symbols):
        raise BadChainSettings(f"Two tokens of {entry.key} have the same symbol.")
    check_relay(entry)


def _check_node(entry: ChainSettings, url: str) -> ChainCheck:
    factory = hex_of(parse_address(entry.factory.address))
    nodes = Nodes(chain_id=entry.chain_id, urls=[url])
    try:
        calls: list[Call] = [
            ("eth_getCode", (factory, "latest")),
            _call(factory, INIT_CODE_HASH_CALL),
            _call(factory, TREASURY_CALL),
            _call(
                factory,
                IS_OPERATOR_CALL + parse_address(entry.operator_or_treasury).hex().rjust(64, "0"),
            ),
            *(_call(hex_of(parse_address(t.address)), DECIMALS_CALL) for t in entry.tokens),
        ]
        # One by one first: a call into an address without code is an answer, not a fault.
        (code,) = nodes.ask(calls[0])
        _same(keccak(bytes.fromhex(str(code)[2:])), entry.factory.code_hash, "factory code", entry)
        init_code_hash, treasury, is_operator, *decimals = nodes.ask(*calls[1:])
        _same(init_code_hash, entry.factory.init_code_hash, "sweeper's init code hash", entry)
        _same(bytes.fromhex(str(treasury)[2:])[-20:], entry.treasury, "treasury", entry)
        if parse_quantity(is_operator) != 1:
            raise ChainMismatch(
                f"The factory of {entry.key} lets {entry.operator_or_treasury} sweep nothing."
            )
        for token, told in zip(entry.tokens, decimals, strict=True):
            if told == "0x" or parse_quantity(told) != token.decimals:
                raise ChainMismatch(
                    f"{token.symbol} of {entry.key} doesn't say {token.decimals} decimals."
                )
        domains = read_domains(entry, nodes)
        latest = nodes.latest().header
        begin = max(0, latest.number - entry.finality_blocks)
        (told_block,) = nodes.ask(("eth_getBlockByNumber", (hex_of(begin), False)))
        return ChainCheck(start=parse_block(told_block).header, domains=domains)
    except NodeFault as fault:
        raise ChainMismatch(f"A node of {entry.key}: {fault} ({fault.reason}).") from fault
    finally:
        nodes.close()


def _call(to: str, data: str) -> Call:
    return ("eth_call", ({"to": to, "data": data}, "latest"))


def _same(told: Any, configured: str, what: str, entry: ChainSettings) -> None:
    text = hex_of(told) if isinstance(told, bytes) else str(told)
    if text.lower() != configured.lower():
        raise ChainMismatch(f"The {what} of {entry.key} is {text}, not {configured}.")


@transaction.atomic
def chain_store(*, entry: ChainSettings, check: ChainCheck) -> Chain:
    """Write a checked chain with its tokens. Listening starts where it was last, or at ``check``.

    Raises:
        ChainMismatch: what may never change would (a chain's mode, a token's contract).
    """
    stored = Chain.objects.select_for_update().filter(id=entry.chain_id).first()
    if stored is not None and stored.mode != entry.mode:
        raise ChainMismatch(f"{entry.key} is a {stored.mode} chain and stays one.")
    factory = parse_address(entry.factory.address)
    chain, _ = Chain.objects.update_or_create(
        id=entry.chain_id,
        defaults={
            "key": entry.key,
            "name": entry.name,
            "mode": entry.mode,
            "block_seconds": entry.block_seconds,
            "confirmations": entry.confirmations,
            "finality_blocks": entry.finality_blocks,
            "grace_seconds": entry.grace_seconds,
            "factory_address": factory,
            "former_factories": _former_factories(stored, factory),
            "factory_version": str(entry.factory.version),
            "factory_code_hash": bytes.fromhex(entry.factory.code_hash[2:]),
            "factory_init_code_hash": bytes.fromhex(entry.factory.init_code_hash[2:]),
            "treasury": parse_address(entry.treasury),
            "sponsor": msgspec.to_builtins(entry.sponsor),
            "enabled": True,
        },
    )
    _store_token(chain, symbol=entry.native.symbol, decimals=entry.native.decimals)
    for token in entry.tokens:
        _store_token(
            chain,
            symbol=token.symbol,
            decimals=token.decimals,
            token=token,
            domain=check.domains.get(token.symbol),
            refused=check.refused.get(token.symbol, ""),
        )
    named = [entry.native.symbol, *(token.symbol for token in entry.tokens)]
    Token.objects.filter(chain=chain).exclude(symbol__in=named).update(enabled=False)
    for symbol, problem in check.refused.items():
        log.error("token_refused", token=f"{symbol}@{chain.id}", detail=problem)

    start = check.start
    _, is_new = ProcessedHead.objects.get_or_create(
        chain=chain,
        defaults={
            "number": start.number,
            "hash": start.hash,
            "timestamp": start.timestamp,
            "updated_at": timezone.now(),
        },
    )
    if is_new:
        Block.objects.create(
            chain=chain,
            number=start.number,
            hash=start.hash,
            parent_hash=start.parent_hash,
            timestamp=start.timestamp,
        )
    return chain


def _former_factories(stored: Chain | None, factory: bytes) -> list[dict[str, str]]:
    """All earlier factories of a chain: invoices of their time are still paid and swept."""
    if stored is None:
        return []
    former = {one["address"]: one for one in stored.former_factories}
    if bytes(stored.factory_address) != factory:
        address = checksum(bytes(stored.factory_address))
        former[address] = {
            "address": address,
            "version": stored.factory_version,
            "init_code_hash": bytes(stored.factory_init_code_hash).hex(),
        }
    former.pop(checksum(factory), None)
    return list(former.values())


def _store_token(
    chain: Chain,
    *,
    symbol: str,
    decimals: int,
    token: TokenSettings | None = None,
    domain: TokenDomain | None = None,
    refused: str = "",
) -> None:
    address = None if token is None else parse_address(token.address)
    code = f"{symbol}@{chain.id}"
    stored = Token.objects.filter(code=code).first()
    if stored is not None:
        contract = None if stored.address is None else bytes(stored.address)
        if contract != address or stored.decimals != decimals:
            raise ChainMismatch(f"{code} was another contract, or had other decimals, before.")
    peg = (token.peg or "") if token else ""
    defaults: dict[str, Any] = {
        "chain": chain,
        "address": address,
        "symbol": symbol,
        "decimals": decimals,
        "kind": "native" if token is None else "erc20",
        "peg": peg,
        "enabled": (token.enabled if token else True) and not refused,
        "refused": refused,
        "domain_name": domain.name if domain else "",
        "domain_version": domain.version if domain else "",
    }
    if peg == "USD":
        defaults["value_usd_e8"] = 10**8
    Token.objects.update_or_create(code=code, defaults=defaults)


def chains_disable_others(*, chain_ids: list[int]) -> int:
    """Stop offering chains that the settings no longer name; how many."""
    return Chain.objects.exclude(id__in=chain_ids).filter(enabled=True).update(enabled=False)
