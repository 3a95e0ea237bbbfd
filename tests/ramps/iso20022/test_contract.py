"""The house's own bank keeps the contract of ramps."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from gateway.ramps.configuration import configured_ramp
from gateway.ramps.interface import Ramp
from tests.ramps.contract import RampContract
from tests.ramps.iso20022.banking import Line
from tests.ramps.iso20022.kit import RAMP, BankPlace


@dataclass
class BankSubject:
    house: BankPlace
    ramp: Ramp

    def ready(self, shop_id: UUID) -> str:
        self.house.account(shop_id)
        return str(shop_id)

    def leaves(self, remote_id: str, account: str) -> None:
        self.house.file()

    def arrives(self, remote_id: str, account: str) -> None:
        self.house.books(Line(-500, remote_id))

    def comes_back(self, remote_id: str, account: str) -> None:
        self.house.books(Line(500, remote_id, reason="AC04"))


class TestABankKeepsTheContract(RampContract):
    @pytest.fixture
    def subject(self, house: BankPlace) -> BankSubject:
        return BankSubject(house, configured_ramp(RAMP))
