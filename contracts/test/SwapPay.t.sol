// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DepositFactory} from "../src/DepositFactory.sol";
import {TestToken} from "../src/TestToken.sol";
import {FactoryTestBase} from "./FactoryTestBase.sol";
import {PretendRouter} from "./Routers.sol";
import {Vm} from "./TestBase.sol";
import {GuardedToken, SilentToken} from "./tokens/OddTokens.sol";

contract SwapPayTest is FactoryTestBase {
    function sweepAndSwap(bytes32[] memory salts, address what, DepositFactory.Swap memory swap)
        private
        returns (uint256)
    {
        vm.prank(OPERATOR);
        return factory.sweepAndSwap(salts, what, swap, NEVER);
    }

    function pay(uint256 i, uint256 units) private view returns (DepositFactory.Payout[] memory payouts) {
        payouts = new DepositFactory.Payout[](1);
        payouts[0] = DepositFactory.Payout(termsOf(i), units);
    }

    // ------------------------------------------------------------------ swapping

    function test_what_is_swept_is_swapped_into_the_treasury_by_each_kind_of_router() public {
        PretendRouter[3] memory routers = [v3, v3Late, v2];
        for (uint256 i; i < 3; ++i) {
            bytes32[] memory salts = funded(token, 10, 1_000);
            equal(sweepAndSwap(salts, address(token), swapOf(routers[i], 10_045, 10_045)), 10_045, "out");
            equal(settlement.balanceOf(TREASURY), 10_045 * (i + 1), "treasury");
            equal(token.balanceOf(address(factory)), 0, "nothing stays");
            equal(token.allowance(address(factory), address(routers[i])), 0, "no allowance stays");
        }
        equal(v3.seenDeadline(), NEVER, "the router gets the deadline");
        equal(v2.seenDeadline(), NEVER, "the router gets the deadline");
    }

    function test_a_swap_below_its_floor_undoes_the_sweep_and_loses_nothing() public {
        bytes32[] memory salts = funded(token, 2, 1_000);
        v3.setRate(990);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.BelowFloor.selector, 1_980, 1_981));
        factory.sweepAndSwap(salts, address(token), swapOf(v3, 2_001, 1_981), NEVER);
        equal(token.balanceOf(factory.depositAddress(salts[0])), 1_000, "still there");
        equal(sweepAndSwap(salts, address(token), swapOf(v3, 2_001, 1_980)), 1_980, "at an honest floor");
    }

    function test_the_floor_scales_to_what_was_really_swept() public {
        GuardedToken guarded = new GuardedToken();
        bytes32[] memory salts = funded(TestToken(address(guarded)), 4, 1_000);
        guarded.setBlacklisted(factory.depositAddress(salts[3]), true);
        bytes memory path = abi.encodePacked(address(guarded), uint24(500), address(settlement));
        DepositFactory.Swap memory swap = DepositFactory.Swap(address(v3), path, 4_006, 4_006);
        equal(sweepAndSwap(salts, address(guarded), swap), 3_003, "three of four");
        v3.setRate(999);
        salts = funded(TestToken(address(guarded)), 3, 1_000);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.BelowFloor.selector, 2_999, 3_003));
        factory.sweepAndSwap(salts, address(guarded), swap, NEVER);
    }

    function testFuzz_the_price_is_never_below_the_floors(uint96 units, uint96 amountIn, uint96 minOut, uint16 rate)
        public
    {
        vm.assume(units != 0 && amountIn != 0 && minOut != 0);
        bytes32[] memory salts = funded(token, 1, units);
        v3.setRate(rate);
        uint256 out = uint256(units) * rate / 1_000;
        DepositFactory.Swap memory swap = swapOf(v3, amountIn, minOut);
        vm.prank(OPERATOR);
        if (out * amountIn < uint256(minOut) * units) {
            vm.expectRevert();
            factory.sweepAndSwap(salts, address(token), swap, NEVER);
        } else {
            equal(factory.sweepAndSwap(salts, address(token), swap, NEVER), out, "out");
        }
    }

    function test_when_nothing_arrived_nothing_is_swapped() public {
        vm.recordLogs();
        equal(sweepAndSwap(one(saltOf(7)), address(token), swapOf(v3, 1, 1)), 0, "out");
        equal(count(vm.getRecordedLogs(), SWEEP_FAILED), 1, "and it is told");
    }

    function test_the_native_coin_is_wrapped_and_swapped() public {
        bytes32 salt = saltOf(1);
        vm.deal(factory.depositAddress(salt), 1 ether);
        bytes memory path = abi.encodePacked(address(wrapped), uint24(500), address(settlement));
        DepositFactory.Swap memory swap = DepositFactory.Swap(address(v3), path, 1 ether, 1 ether);
        equal(sweepAndSwap(one(salt), NATIVE, swap), 1 ether, "out");
        equal(address(factory).balance, 0, "nothing stays");
    }

    function test_the_native_coin_beside_a_swapped_token_goes_to_the_treasury() public {
        bytes32[] memory salts = funded(token, 1, 1_000);
        vm.deal(factory.depositAddress(salts[0]), 9);
        sweepAndSwap(salts, address(token), swapOf(v3, 1_000, 1_000));
        equal(TREASURY.balance, 9, "native");
        equal(address(factory).balance, 0, "nothing stays");
    }

    function test_a_token_that_answers_nothing_is_swapped_twice_in_a_row() public {
        SilentToken silent = new SilentToken();
        bytes memory path = abi.encodePacked(address(silent), address(settlement));
        for (uint256 i = 1; i < 3; ++i) {
            silent.mint(factory.depositAddress(saltOf(1)), 1_000);
            DepositFactory.Swap memory swap = DepositFactory.Swap(address(v2), path, 1_000, 1_000);
            equal(sweepAndSwap(one(saltOf(1)), address(silent), swap), 1_000, "out");
        }
    }

    function test_what_a_dry_pool_leaves_is_the_treasurys() public {
        bytes32[] memory salts = funded(token, 1, 1_000);
        v3.setTakenPercent(60);
        equal(sweepAndSwap(salts, address(token), swapOf(v3, 1_000, 600)), 600, "out");
        equal(token.balanceOf(TREASURY), 400, "the rest");
        equal(token.allowance(address(factory), address(v3)), 0, "no allowance stays");
    }

    function test_what_lay_at_the_factory_before_is_not_swapped() public {
        token.mint(address(factory), 77);
        bytes32[] memory salts = funded(token, 1, 1_000);
        equal(sweepAndSwap(salts, address(token), swapOf(v3, 1_000, 1_000)), 1_000, "out");
        equal(token.balanceOf(address(factory)), 77, "left alone");
    }

    function test_a_router_that_is_not_listed_gets_nothing() public {
        PretendRouter other = new PretendRouter();
        bytes32[] memory salts = funded(token, 1, 1_000);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.RouterNotAllowed.selector, address(other)));
        factory.sweepAndSwap(salts, address(token), swapOf(other, 1_000, 1), NEVER);
        vm.prank(ADMIN);
        factory.setRouter(address(v3), DepositFactory.RouterKind.NONE);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.RouterNotAllowed.selector, address(v3)));
        factory.sweepAndSwap(salts, address(token), swapOf(v3, 1_000, 1), NEVER);
    }

    function test_a_swap_without_a_floor_is_refused() public {
        bytes32[] memory salts = funded(token, 1, 1_000);
        vm.startPrank(OPERATOR);
        vm.expectRevert(DepositFactory.NoFloor.selector);
        factory.sweepAndSwap(salts, address(token), swapOf(v3, 1_000, 0), NEVER);
        vm.expectRevert(DepositFactory.NoFloor.selector);
        factory.sweepAndSwap(salts, address(token), swapOf(v3, 0, 1), NEVER);
    }

    function test_a_path_that_does_not_fit_is_refused() public {
        bytes32[] memory salts = funded(token, 1, 1_000);
        bytes[6] memory wrong = [
            abi.encodePacked(address(settlement), uint24(500), address(token)),
            abi.encodePacked(address(token), uint24(500), address(token)),
            abi.encodePacked(address(token), address(settlement)),
            abi.encodePacked(address(token)),
            bytes(""),
            abi.encodePacked(address(token), uint24(500), address(settlement), uint8(0))
        ];
        vm.startPrank(OPERATOR);
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(DepositFactory.WrongPath.selector);
            factory.sweepAndSwap(salts, address(token), DepositFactory.Swap(address(v3), wrong[i], 1_000, 1), NEVER);
        }
    }

    function test_swapping_has_a_deadline() public {
        bytes32[] memory salts = funded(token, 1, 1_000);
        vm.prank(OPERATOR);
        vm.expectRevert(
            abi.encodeWithSelector(DepositFactory.DeadlinePassed.selector, block.timestamp - 1, block.timestamp)
        );
        factory.sweepAndSwap(salts, address(token), swapOf(v3, 1_000, 1), block.timestamp - 1);
    }

    // ------------------------------------------------------------------ paying shops

    function test_the_shop_is_paid_and_the_treasury_gets_the_rest() public {
        bytes32[] memory salts = funded(token, 3, 1_000);
        vm.prank(OPERATOR);
        uint256 out = factory.sweepSwapPay(salts, address(token), swapOf(v3, 3_003, 3_003), pay(1, 2_900), NEVER);
        equal(out, 3_003, "out");
        equal(settlement.balanceOf(SHOP), 2_900, "shop");
        equal(settlement.balanceOf(TREASURY), 103, "treasury");
        equal(settlement.balanceOf(address(factory)), 0, "nothing stays");
    }

    function test_a_shop_is_paid_in_what_was_swept_without_a_swap() public {
        bytes32[] memory salts = funded(settlement, 2, 1_000);
        DepositFactory.Swap memory none = DepositFactory.Swap(address(0), "", 2_001, 2_001);
        vm.prank(OPERATOR);
        equal(factory.sweepSwapPay(salts, address(settlement), none, pay(0, 1_990), NEVER), 2_001, "out");
        equal(settlement.balanceOf(SHOP), 1_990, "shop");
        equal(settlement.balanceOf(TREASURY), 11, "treasury");
    }

    function test_a_payee_that_no_swept_salt_commits_to_is_refused() public {
        bytes32[] memory salts = funded(token, 2, 1_000);
        DepositFactory.Payout[] memory payouts = pay(1, 10);
        payouts[0].terms.payee = STRANGER;
        bytes32 other = factory.invoiceSalt(payouts[0].terms);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.PayoutNotCommitted.selector, other));
        factory.sweepSwapPay(salts, address(token), swapOf(v3, 2_001, 2_001), payouts, NEVER);
    }

    function test_a_payout_in_another_token_than_the_committed_one_is_refused() public {
        bytes32[] memory salts = funded(token, 1, 1_000);
        TestToken other = new TestToken("Other", "O", 6);
        bytes memory path = abi.encodePacked(address(token), uint24(500), address(other));
        DepositFactory.Swap memory swap = DepositFactory.Swap(address(v3), path, 1_000, 1_000);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.PayoutNotCommitted.selector, salts[0]));
        factory.sweepSwapPay(salts, address(token), swap, pay(0, 10), NEVER);
    }

    function test_more_than_came_out_is_never_paid() public {
        settlement.mint(address(factory), 1_000_000);
        bytes32[] memory salts = funded(token, 1, 1_000);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.InsufficientOut.selector, 1_000, 1_001));
        factory.sweepSwapPay(salts, address(token), swapOf(v3, 1_000, 1_000), pay(0, 1_001), NEVER);
    }

    function test_a_payout_whose_deposit_failed_waits_and_the_others_are_paid() public {
        bytes32[] memory salts = funded(token, 2, 1_000);
        bytes32[] memory three = new bytes32[](3);
        (three[0], three[1], three[2]) = (salts[0], factory.invoiceSalt(termsOf(9)), salts[1]);
        DepositFactory.Payout[] memory payouts = new DepositFactory.Payout[](2);
        payouts[0] = DepositFactory.Payout(termsOf(9), 500);
        payouts[1] = DepositFactory.Payout(termsOf(1), 600);
        vm.recordLogs();
        vm.prank(OPERATOR);
        factory.sweepSwapPay(three, address(token), swapOf(v3, 3_000, 3_000), payouts, NEVER);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        equal(bytes32(bytes4(reasonIn(logs, PAYOUT_FAILED))), bytes32(DepositFactory.NotSwept.selector), "waits");
        equal(count(logs, PAID_OUT), 1, "one paid");
        equal(settlement.balanceOf(SHOP), 600, "shop");
        equal(settlement.balanceOf(TREASURY), 1_401, "treasury");
    }

    function test_a_blacklisted_shop_does_not_hold_up_the_others() public {
        GuardedToken dollar = new GuardedToken();
        DepositFactory.InvoiceTerms memory good = termsOf(1);
        DepositFactory.InvoiceTerms memory bad = termsOf(2);
        (good.settlementToken, bad.settlementToken) = (address(dollar), address(dollar));
        bad.payee = STRANGER;
        dollar.setBlacklisted(STRANGER, true);
        bytes32[] memory salts = new bytes32[](2);
        (salts[0], salts[1]) = (factory.invoiceSalt(good), factory.invoiceSalt(bad));
        token.mint(factory.depositAddress(salts[0]), 1_000);
        token.mint(factory.depositAddress(salts[1]), 1_000);
        DepositFactory.Payout[] memory payouts = new DepositFactory.Payout[](2);
        payouts[0] = DepositFactory.Payout(bad, 900);
        payouts[1] = DepositFactory.Payout(good, 950);
        bytes memory path = abi.encodePacked(address(token), uint24(500), address(dollar));
        vm.recordLogs();
        vm.prank(OPERATOR);
        factory.sweepSwapPay(
            salts, address(token), DepositFactory.Swap(address(v3), path, 2_000, 2_000), payouts, NEVER
        );
        equal(count(vm.getRecordedLogs(), PAYOUT_FAILED), 1, "told");
        equal(dollar.balanceOf(SHOP), 950, "shop");
        equal(dollar.balanceOf(TREASURY), 1_050, "the rest is the treasury's");
    }

    function test_when_nothing_arrived_nobody_is_paid() public {
        bytes32[] memory salts = one(factory.invoiceSalt(termsOf(1)));
        vm.recordLogs();
        vm.prank(OPERATOR);
        factory.sweepSwapPay(salts, address(token), swapOf(v3, 1, 1), pay(1, 1), NEVER);
        equal(count(vm.getRecordedLogs(), PAYOUT_FAILED), 1, "told");
    }

    function testFuzz_out_is_split_without_a_remainder(uint96 units, uint96 wanted) public {
        vm.assume(units != 0);
        bytes32[] memory salts = funded(token, 1, units);
        vm.prank(OPERATOR);
        if (wanted > units) vm.expectRevert();
        factory.sweepSwapPay(salts, address(token), swapOf(v3, units, units), pay(0, wanted), NEVER);
        if (wanted > units) return;
        equal(settlement.balanceOf(SHOP), wanted, "shop");
        equal(settlement.balanceOf(TREASURY), units - wanted, "treasury");
    }
}
