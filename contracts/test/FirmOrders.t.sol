// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FirmOrders} from "../src/FirmOrders.sol";
import {TestToken} from "../src/TestToken.sol";
import {FirmOrdersTestBase} from "./FirmOrdersTestBase.sol";
import {CallbackToken, PretendingToken, RefusingToken, TollToken} from "./tokens/OddAllowances.sol";
import {FeeToken, SilentToken} from "./tokens/OddTokens.sol";

contract FirmOrdersTest is FirmOrdersTestBase {
    function test_a_signed_order_is_done_once_and_to_the_unit() public {
        FirmOrders.Order memory order_ = order(7);
        bytes memory signature = signed(order_, MAKER_KEY);
        fill(order_, signature);
        equal(tokenIn.balanceOf(maker), order_.amountIn, "the maker got");
        equal(tokenOut.balanceOf(TAKER), order_.amountOut, "the taker got");
        equal(tokenIn.balanceOf(TAKER), PLENTY - order_.amountIn, "the taker gave");
        equal(tokenOut.balanceOf(maker), PLENTY - order_.amountOut, "the maker gave");
        holds(orders.isUsed(maker, 7), "used");
        refused(order_, signature, abi.encodeWithSelector(FirmOrders.NonceUsed.selector, maker, 7));
    }

    function test_what_was_done_is_said() public {
        FirmOrders.Order memory order_ = order(7);
        bytes memory signature = signed(order_, MAKER_KEY);
        bytes32 hash = orders.orderHash(order_);
        vm.expectEmit(true, true, true, true, address(orders));
        emit FirmOrders.Filled(
            hash, maker, TAKER, address(tokenIn), address(tokenOut), order_.amountIn, order_.amountOut
        );
        fill(order_, signature);
    }

    function test_golden_hash() public {
        // As in vectors/orders.json, which the Python side reads.
        vm.chainId(31337);
        FirmOrders at = FirmOrders(0x5FbDB2315678afecb367f032d93F642f64180aa3);
        vm.etch(address(at), address(orders).code);
        FirmOrders.Order memory order_ = FirmOrders.Order(
            0x70997970C51812dc3A010C7d01b50e0d17dc79C8,
            0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC,
            0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2,
            0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48,
            5_000_000_000_000_000_000,
            14_985_000_000,
            1_800_000_060,
            (1 << 255) + 7
        );
        equal(at.orderHash(order_), GOLDEN, "hash");
    }

    bytes32 private constant GOLDEN = 0x33c083b7786925c3871ef1675e7188f93555c61ad8d5989b23571c8b09627ebc;

    function test_only_the_named_taker_may_have_it_done() public {
        FirmOrders.Order memory order_ = order(1);
        bytes memory signature = signed(order_, MAKER_KEY);
        vm.expectRevert(abi.encodeWithSelector(FirmOrders.NotTaker.selector, STRANGER));
        vm.prank(STRANGER);
        orders.fill(order_, signature);
    }

    function test_it_holds_to_the_last_second_and_no_longer() public {
        FirmOrders.Order memory order_ = order(1);
        bytes memory signature = signed(order_, MAKER_KEY);
        vm.warp(order_.expiry + 1);
        refused(
            order_,
            signature,
            abi.encodeWithSelector(FirmOrders.OrderExpired.selector, order_.expiry, order_.expiry + 1)
        );
        vm.warp(order_.expiry);
        fill(order_, signature);
    }

    function test_a_cancelled_nonce_is_gone() public {
        FirmOrders.Order memory order_ = order(300);
        bytes memory signature = signed(order_, MAKER_KEY);
        vm.prank(maker);
        orders.cancel(300);
        refused(order_, signature, abi.encodeWithSelector(FirmOrders.NonceUsed.selector, maker, 300));
        fill(order(301), signed(order(301), MAKER_KEY));
    }

    function test_many_nonces_are_cancelled_at_once_and_only_ones_own() public {
        vm.prank(STRANGER);
        orders.cancelMany(1, type(uint256).max);
        fill(order(256), signed(order(256), MAKER_KEY));
        vm.prank(maker);
        orders.cancelMany(1, type(uint256).max);
        for (uint256 nonce = 257; nonce < 512; nonce += 51) {
            holds(orders.isUsed(maker, nonce), "cancelled");
        }
        holds(!orders.isUsed(maker, 255) && !orders.isUsed(maker, 512), "the words beside it");
    }

    function test_a_signature_is_of_the_maker_over_this_order_here() public {
        FirmOrders.Order memory order_ = order(1);
        bytes memory wrong = abi.encodeWithSelector(FirmOrders.BadSignature.selector);
        refused(order_, signed(order_, MAKER_KEY + 1), wrong);
        refused(order_, "", wrong);
        refused(order_, new bytes(65), wrong);
        bytes memory right = signed(order_, MAKER_KEY);
        refused(order_, bytes.concat(right, hex"00"), wrong);
        vm.chainId(8453);
        refused(order_, right, wrong);
        FirmOrders other = new FirmOrders();
        vm.prank(TAKER);
        vm.expectRevert(wrong);
        other.fill(order_, right);
    }

    function test_the_other_form_of_a_signature_is_refused() public {
        FirmOrders.Order memory order_ = order(1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(MAKER_KEY, orders.orderHash(order_));
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory mirrored = abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        refused(order_, mirrored, abi.encodeWithSelector(FirmOrders.BadSignature.selector));
    }

    /// @notice Any change to any field after signing takes the signature's force.
    function testFuzz_a_changed_order_is_not_the_makers(uint8 field, uint256 by) public {
        FirmOrders.Order memory order_ = order(1);
        bytes memory signature = signed(order_, MAKER_KEY);
        by = bounded(by, 1, 1e6);
        field = uint8(bounded(field, 0, 5));
        if (field == 0) order_.maker = address(uint160(order_.maker) + uint160(by));
        if (field == 1) order_.amountIn += by;
        if (field == 2) order_.amountOut += by;
        if (field == 3) order_.expiry += uint64(by);
        if (field == 4) order_.nonce += by;
        if (field == 5) order_.tokenOut = address(uint160(order_.tokenOut) + uint160(by));
        refused(order_, signature, abi.encodeWithSelector(FirmOrders.BadSignature.selector));
    }

    function testFuzz_whatever_the_amounts_exactly_they_move(uint128 amountIn, uint128 amountOut, uint256 nonce)
        public
    {
        FirmOrders.Order memory order_ = order(nonce);
        (order_.amountIn, order_.amountOut) = (amountIn, amountOut);
        bytes memory signature = signed(order_, MAKER_KEY);
        if (amountIn == 0 || amountOut == 0) {
            refused(order_, signature, abi.encodeWithSelector(FirmOrders.NothingToTrade.selector));
            return;
        }
        fill(order_, signature);
        equal(tokenIn.balanceOf(maker), amountIn, "in");
        equal(tokenOut.balanceOf(TAKER), amountOut, "out");
        equal(tokenIn.balanceOf(address(orders)) + tokenOut.balanceOf(address(orders)), 0, "kept");
    }

    function test_one_side_or_one_token_is_no_trade() public {
        FirmOrders.Order memory order_ = order(1);
        order_.tokenOut = order_.tokenIn;
        refused(order_, signed(order_, MAKER_KEY), abi.encodeWithSelector(FirmOrders.SameSide.selector));
        order_ = order(1);
        order_.taker = maker;
        bytes memory signature = signed(order_, MAKER_KEY);
        vm.prank(maker);
        vm.expectRevert(abi.encodeWithSelector(FirmOrders.SameSide.selector));
        orders.fill(order_, signature);
    }

    function test_without_leave_or_money_nothing_moves_and_the_order_lives_on() public {
        FirmOrders.Order memory order_ = order(1);
        bytes memory signature = signed(order_, MAKER_KEY);
        vm.prank(maker);
        tokenOut.approve(address(orders), order_.amountOut - 1);
        vm.expectRevert();
        vm.prank(TAKER);
        orders.fill(order_, signature);
        equal(tokenIn.balanceOf(maker), 0, "nothing was given");
        holds(!orders.isUsed(maker, 1), "not used");
        vm.prank(maker);
        tokenOut.approve(address(orders), order_.amountOut);
        fill(order_, signature);
    }

    // ------------------------------------------------------------------ tokens as they come

    function test_a_token_that_answers_nothing_is_a_token() public {
        SilentToken silent = new SilentToken();
        silent.mint(maker, 100);
        vm.prank(maker);
        silent.approve(address(orders), 100);
        FirmOrders.Order memory order_ = order(1);
        (order_.tokenOut, order_.amountOut) = (address(silent), 100);
        fill(order_, signed(order_, MAKER_KEY));
        equal(silent.balanceOf(TAKER), 100, "got");
    }

    function test_a_fee_on_transfers_is_refused_on_either_side() public {
        FeeToken fee = new FeeToken();
        stock(fee, TAKER);
        stock(fee, maker);
        FirmOrders.Order memory order_ = order(1);
        order_.tokenIn = address(fee);
        refused(order_, signed(order_, MAKER_KEY), unequal(fee, 5e18, 5e18, 5e18 / 100 * 99));
        order_ = order(1);
        (order_.tokenOut, order_.amountOut) = (address(fee), 1000);
        refused(order_, signed(order_, MAKER_KEY), unequal(fee, 1000, 1000, 990));
    }

    function test_a_toll_on_top_is_refused() public {
        TollToken toll = new TollToken();
        stock(toll, TAKER);
        FirmOrders.Order memory order_ = order(1);
        (order_.tokenIn, order_.amountIn) = (address(toll), 1000);
        refused(order_, signed(order_, MAKER_KEY), unequal(toll, 1000, 1010, 1000));
    }

    function test_a_token_that_only_says_it_moved_is_refused() public {
        PretendingToken pretending = new PretendingToken();
        stock(pretending, maker);
        FirmOrders.Order memory order_ = order(1);
        (order_.tokenOut, order_.amountOut) = (address(pretending), 1000);
        refused(order_, signed(order_, MAKER_KEY), unequal(pretending, 1000, 0, 0));
    }

    function test_a_token_that_says_no_or_is_none_is_refused() public {
        RefusingToken refusing = new RefusingToken();
        stock(refusing, maker);
        FirmOrders.Order memory order_ = order(1);
        order_.tokenOut = address(refusing);
        refused(
            order_,
            signed(order_, MAKER_KEY),
            abi.encodeWithSelector(FirmOrders.MoveFailed.selector, refusing, maker, TAKER, "")
        );
        order_.tokenOut = address(0xDEAD);
        refused(
            order_,
            signed(order_, MAKER_KEY),
            abi.encodeWithSelector(FirmOrders.MoveFailed.selector, address(0xDEAD), maker, maker, "")
        );
    }

    function test_nobody_gets_in_twice() public {
        CallbackToken back = new CallbackToken();
        stock(back, maker);
        FirmOrders.Order memory order_ = order(1);
        (order_.tokenOut, order_.amountOut) = (address(back), 1000);
        FirmOrders.Order memory second = order(2);
        back.prepare(abi.encodeCall(FirmOrders.fill, (second, signed(second, MAKER_KEY))));
        fill(order_, signed(order_, MAKER_KEY));
        holds(!back.entered(), "entered");
        equal(bytes32(bytes4(back.answer())), bytes32(FirmOrders.Reentered.selector), "why");
        fill(second, signed(second, MAKER_KEY)); // the door is open again afterwards
    }

    function test_gas() public {
        // Both sides have held both tokens before; `isolate` makes it a transaction of its own.
        tokenIn.mint(maker, 1);
        tokenOut.mint(TAKER, 1);
        fill(order(0), signed(order(0), MAKER_KEY));
        fill(order(1), signed(order(1), MAKER_KEY));
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint("firm order", gas);
        holds(gas < 90_000, "gas");
    }

    function unequal(TestToken token, uint256 wanted, uint256 left, uint256 arrived)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(FirmOrders.NotExact.selector, token, wanted, left, arrived);
    }
}
