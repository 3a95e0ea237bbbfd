// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DepositFactory} from "../src/DepositFactory.sol";
import {TestToken} from "../src/TestToken.sol";
import {FactoryTestBase} from "./FactoryTestBase.sol";
import {PretendRouter} from "./Routers.sol";
import {TestBase} from "./TestBase.sol";
import {GuardedToken} from "./tokens/OddTokens.sol";

/// @notice Shoppers pay, issuers blacklist, the operator sweeps, swaps and pays, strangers try; in any order.
contract Street is TestBase {
    uint256 private constant ADDRESSES = 6;

    DepositFactory public factory;
    GuardedToken public token;
    TestToken public settlement;
    PretendRouter public router;
    address public operator;
    address public shop;

    uint256 public paidIn;
    uint256 public nativeIn;
    uint256 public swapped;
    uint256 public strangersPassed;

    constructor(
        DepositFactory factory_,
        GuardedToken token_,
        TestToken settlement_,
        PretendRouter router_,
        address operator_,
        address shop_
    ) {
        (factory, token, settlement, router) = (factory_, token_, settlement_, router_);
        (operator, shop) = (operator_, shop_);
    }

    function terms(uint256 i) public view returns (DepositFactory.InvoiceTerms memory) {
        return DepositFactory.InvoiceTerms(bytes32(i % ADDRESSES), shop, address(settlement), 1, 1);
    }

    function salt(uint256 i) public view returns (bytes32) {
        return factory.invoiceSalt(terms(i));
    }

    function waiting() public view returns (uint256 units, uint256 native) {
        for (uint256 i; i < ADDRESSES; ++i) {
            address at = factory.depositAddress(salt(i));
            units += token.balanceOf(at);
            native += at.balance;
        }
    }

    function shopperPays(uint256 i, uint96 units) external {
        token.mint(factory.depositAddress(salt(i)), units);
        paidIn += units;
    }

    function shopperPaysNative(uint256 i, uint64 units) external {
        address at = factory.depositAddress(salt(i));
        vm.deal(at, at.balance + units);
        nativeIn += units;
    }

    function issuerBlacklists(uint256 i, bool yes) external {
        token.setBlacklisted(factory.depositAddress(salt(i)), yes);
    }

    function operatorSweeps(uint256 i, bool native) external {
        bytes32 salt_ = salt(i);
        vm.prank(operator);
        factory.sweep(salt_, native ? address(0) : address(token), block.timestamp);
    }

    function operatorSweepsAll(uint8 repeats) external {
        uint256 n = ADDRESSES + repeats % 4;
        DepositFactory.SweepItem[] memory items = new DepositFactory.SweepItem[](n);
        for (uint256 i; i < n; ++i) {
            items[i] = DepositFactory.SweepItem(salt(i), i % 3 == 0 ? address(0) : address(token));
        }
        vm.prank(operator);
        factory.sweepBatch(items, block.timestamp);
    }

    function operatorSwapsAndPays(uint256 i, uint96 wanted, uint8 takenPercent) external {
        i = bounded(i, 0, ADDRESSES - 1);
        bytes32[] memory salts = new bytes32[](2);
        (salts[0], salts[1]) = (salt(i), salt(i + 1));
        uint256 taken = bounded(takenPercent, 1, 100);
        router.setTakenPercent(taken);
        bytes memory path = abi.encodePacked(address(token), uint24(500), address(settlement));
        DepositFactory.Payout[] memory payouts = new DepositFactory.Payout[](1);
        // Often within what comes out, sometimes above it.
        payouts[0] =
            DepositFactory.Payout(terms(i), bounded(wanted, 0, token.balanceOf(factory.depositAddress(salts[0]))));
        uint256 before = settlement.totalSupply();
        vm.prank(operator);
        try factory.sweepSwapPay(
            salts, address(token), DepositFactory.Swap(address(router), path, 1e30, 1), payouts, block.timestamp
        ) {}
            catch {}
        swapped += settlement.totalSupply() - before;
    }

    function strangerTries(uint256 i, address stranger) external {
        if (stranger == operator) return;
        bytes32 salt_ = salt(i);
        vm.prank(stranger);
        try factory.sweep(salt_, address(token), block.timestamp) {
            ++strangersPassed;
        } catch {}
    }
}

contract InvariantTest is FactoryTestBase {
    Street private street;
    GuardedToken private guarded;

    function setUp() public override {
        super.setUp();
        guarded = new GuardedToken();
        street = new Street(factory, guarded, settlement, v3, OPERATOR, SHOP);
        targetContract(address(street));
    }

    /// @notice Each base unit that was paid in is at its address, in the treasury, or with the pool.
    function invariant_no_token_is_lost() public view {
        (uint256 units,) = street.waiting();
        uint256 held = units + guarded.balanceOf(TREASURY) + guarded.balanceOf(address(v3));
        equal(held, street.paidIn(), "tokens");
    }

    function invariant_no_native_coin_is_lost() public view {
        (, uint256 native) = street.waiting();
        equal(native + TREASURY.balance, street.nativeIn(), "native");
    }

    /// @notice What swaps brought is the shop's and the treasury's to the last unit.
    function invariant_what_came_out_is_paid_or_kept() public view {
        equal(settlement.balanceOf(SHOP) + settlement.balanceOf(TREASURY), street.swapped(), "out");
    }

    function invariant_the_factory_keeps_nothing() public view {
        equal(guarded.balanceOf(address(factory)), 0, "token");
        equal(settlement.balanceOf(address(factory)), 0, "settlement");
        equal(address(factory).balance, 0, "native");
        equal(guarded.allowance(address(factory), address(v3)), 0, "allowance");
    }

    function invariant_no_stranger_sweeps() public view {
        equal(street.strangersPassed(), 0, "strangers");
    }
}
