// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchPayer} from "../src/BatchPayer.sol";
import {TestToken} from "../src/TestToken.sol";
import {TestBase, Vm} from "./TestBase.sol";
import {FeeToken, GreedyToken, GuardedToken, LoudToken, SilentToken} from "./tokens/OddTokens.sol";

/// @notice Says yes to `transferFrom`, and moves nothing.
contract LyingFromToken is TestToken {
    constructor() TestToken("Lying", "LIE", 6) {}

    function transferFrom(address, address, uint256) external pure override returns (bool) {
        return true;
    }
}

/// @notice Says no to one receiver by answering false, burns all gas for another.
contract MoodyToken is TestToken {
    address public constant REFUSED = address(0xF0);
    address public constant GREEDY = address(0xF1);

    constructor() TestToken("Moody", "MOO", 6) {}

    function transferFrom(address from, address to, uint256 value) external override returns (bool) {
        if (to == REFUSED) return false;
        if (to == GREEDY) for (uint256 i;; ++i) {}
        _move(from, to, value);
        return true;
    }
}

/// @notice Calls the payer back in the middle of a transfer, in its receiver's name.
contract HookedToken is TestToken {
    BatchPayer public payer;
    bool public entered;

    constructor() TestToken("Hooked", "HOOK", 6) {}

    function prepare(BatchPayer payer_) external {
        payer = payer_;
    }

    function _move(address from, address to, uint256 value) internal override {
        super._move(from, to, value);
        if (address(payer) == address(0) || entered) return;
        BatchPayer.Item[] memory items = new BatchPayer.Item[](1);
        items[0] = BatchPayer.Item(bytes32(uint256(99)), address(0xBAD), value);
        (entered,) = address(payer).call(abi.encodeCall(BatchPayer.pay, (address(this), items)));
    }
}

contract BatchPayerTest is TestBase {
    address private constant HOUSE = address(0x7EA5);
    address private constant STRANGER = address(0xBAD);
    bytes32 private constant PAID = keccak256("Paid(bytes32,address,address,uint256)");
    bytes32 private constant NOT_PAID = keccak256("NotPaid(bytes32,address,address,uint256,bytes)");

    BatchPayer private payer;

    function setUp() public {
        payer = new BatchPayer();
    }

    function test_each_is_paid_and_told_of_and_nothing_stays_here() public {
        TestToken token = stocked(new TestToken("Dollar", "USD", 6), 600);
        told(address(token), three(), true, true, true);
        equal(token.balanceOf(shop(0)), 100, "first");
        equal(token.balanceOf(shop(1)), 200, "second");
        equal(token.balanceOf(shop(2)), 300, "third");
        equal(token.balanceOf(HOUSE), 0, "house");
        equal(token.balanceOf(address(payer)), 0, "here");
    }

    function test_a_blocklisted_receiver_stops_nobody_else() public {
        GuardedToken token = new GuardedToken();
        stocked(token, 600);
        token.setBlacklisted(shop(1), true);
        told(address(token), three(), true, false, true);
        equal(token.balanceOf(HOUSE), 200, "what was not paid stays");
    }

    function test_a_paused_token_pays_nobody_and_says_so_of_each() public {
        GuardedToken token = new GuardedToken();
        stocked(token, 600);
        token.setPaused(true);
        told(address(token), three(), false, false, false);
        equal(token.balanceOf(HOUSE), 600, "house");
    }

    function test_a_token_that_answers_nothing_is_paid() public {
        SilentToken token = new SilentToken();
        token.mint(HOUSE, 600);
        vm.prank(HOUSE);
        token.approve(address(payer), type(uint256).max);
        told(address(token), three(), true, true, true);
    }

    function test_false_and_a_hunger_for_gas_are_that_receivers_only() public {
        MoodyToken token = new MoodyToken();
        stocked(token, 600);
        BatchPayer.Item[] memory items = three();
        items[0].to = token.REFUSED();
        items[1].to = token.GREEDY();
        told(address(token), items, false, false, true);
        equal(token.balanceOf(shop(2)), 300, "third");
    }

    function test_a_token_that_burns_gas_or_is_loud_ends_no_batch() public {
        GreedyToken greedy = new GreedyToken();
        greedy.mint(HOUSE, 600);
        LoudToken loud = new LoudToken();
        loud.mint(HOUSE, 600);
        vm.startPrank(HOUSE);
        greedy.approve(address(payer), type(uint256).max);
        loud.approve(address(payer), type(uint256).max);
        vm.stopPrank();
        told(address(greedy), three(), false, false, false);
        told(address(loud), three(), false, false, false);
    }

    function test_a_token_that_lies_undoes_all() public {
        LyingFromToken token = new LyingFromToken();
        stocked(token, 600);
        refused(address(token), three(), abi.encodeWithSelector(BatchPayer.NotExact.selector, 600, 0));
    }

    function test_a_fee_is_the_receivers_as_in_a_plain_transfer() public {
        FeeToken token = new FeeToken();
        stocked(token, 60_000);
        BatchPayer.Item[] memory items = three();
        items[0].units = 10_000;
        told(address(token), items, true, true, true);
        equal(token.balanceOf(shop(0)), 9_900, "less its fee");
    }

    function test_too_little_pays_nobody() public {
        TestToken token = stocked(new TestToken("Dollar", "USD", 6), 599);
        refused(address(token), three(), abi.encodeWithSelector(BatchPayer.TooLittle.selector, 599, 600));
        token.mint(HOUSE, 1);
        vm.prank(HOUSE);
        token.approve(address(payer), 598);
        refused(address(token), three(), abi.encodeWithSelector(BatchPayer.TooLittle.selector, 598, 600));
    }

    function test_a_strangers_call_moves_nothing_of_the_house() public {
        TestToken token = stocked(new TestToken("Dollar", "USD", 6), 600);
        BatchPayer.Item[] memory items = three();
        vm.expectRevert(abi.encodeWithSelector(BatchPayer.TooLittle.selector, 0, 600));
        vm.prank(STRANGER);
        payer.pay(address(token), items);
        equal(token.balanceOf(HOUSE), 600, "house");
    }

    function test_a_hook_in_a_transfer_gets_at_nobodys_allowance() public {
        HookedToken token = new HookedToken();
        stocked(token, 600);
        token.prepare(payer);
        told(address(token), three(), true, true, true);
        holds(!token.entered(), "what it did in its own name had no allowance");
        equal(token.balanceOf(STRANGER), 0, "stranger");
    }

    function test_nothing_and_no_token_are_refused() public {
        refused(address(1234), three(), abi.encodeWithSelector(BatchPayer.NotAToken.selector, address(1234)));
        BatchPayer.Item[] memory none = new BatchPayer.Item[](0);
        refused(address(1234), none, abi.encodeWithSelector(BatchPayer.NothingToPay.selector));
    }

    function test_too_little_gas_reverts_and_is_never_taken_for_a_refusal() public {
        TestToken token = stocked(new TestToken("Dollar", "USD", 6), 600);
        bytes memory call = abi.encodeCall(BatchPayer.pay, (address(token), three()));
        for (uint256 gas_ = 20_000; gas_ < 520_000; gas_ += 10_000) {
            vm.prank(HOUSE);
            (bool done,) = address(payer).call{gas: gas_}(call);
            if (done) {
                equal(token.balanceOf(HOUSE), 0, "all were paid");
                return;
            }
            equal(token.balanceOf(HOUSE), 600, "nobody was paid");
        }
        holds(false, "half a million is enough");
    }

    function test_fuzz_what_left_is_the_sum_of_what_was_paid(uint96[8] memory units, uint8 blocked) public {
        GuardedToken token = new GuardedToken();
        uint256 all;
        uint256 expected;
        BatchPayer.Item[] memory items = new BatchPayer.Item[](units.length);
        for (uint256 i; i < units.length; ++i) {
            items[i] = BatchPayer.Item(bytes32(i), shop(i), units[i]);
            all += units[i];
            if (blocked & (1 << i) != 0) token.setBlacklisted(shop(i), true);
            else expected += units[i];
        }
        stocked(token, all);
        vm.prank(HOUSE);
        uint256 paid = payer.pay(address(token), items);
        equal(paid, expected, "answered");
        equal(token.balanceOf(HOUSE), all - expected, "left");
        for (uint256 i; i < units.length; ++i) {
            equal(token.balanceOf(shop(i)), blocked & (1 << i) != 0 ? 0 : units[i], "each");
        }
    }

    function test_gas_each() public {
        TestToken token = stocked(new TestToken("Minimal", "MIN", 18), 10_000_000);
        for (uint256 size = 1; size <= 100; size *= 10) {
            BatchPayer.Item[] memory items = new BatchPayer.Item[](size);
            for (uint256 i; i < size; ++i) {
                items[i] = BatchPayer.Item(bytes32(i), shop(1000 * size + i), 7);
            }
            vm.prank(HOUSE);
            payer.pay(address(token), items);
            uint256 each = vm.lastCallGas().gasTotalUsed / size;
            emit log_named_uint("gas each, fresh addresses", each);
            holds(size != 100 || each < 36_000, "a hundred cost less each than a transfer of its own (51,183)");
        }
    }

    // ------------------------------------------------------------------ what the tests say

    function shop(uint256 number) private pure returns (address) {
        return address(uint160(0x5110_0000 + number));
    }

    function three() private pure returns (BatchPayer.Item[] memory items) {
        items = new BatchPayer.Item[](3);
        for (uint256 i; i < 3; ++i) {
            items[i] = BatchPayer.Item(bytes32(i + 1), shop(i), 100 * (i + 1));
        }
    }

    function stocked(TestToken token, uint256 units) private returns (TestToken) {
        token.mint(HOUSE, units);
        vm.prank(HOUSE);
        token.approve(address(payer), type(uint256).max);
        return token;
    }

    function refused(address token, BatchPayer.Item[] memory items, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(HOUSE);
        payer.pay(token, items);
    }

    /// @dev Pay, and find each item told of as expected, in order, by this contract.
    function told(address token, BatchPayer.Item[] memory items, bool first, bool second, bool third) private {
        bool[3] memory wanted = [first, second, third];
        vm.recordLogs();
        vm.prank(HOUSE);
        payer.pay(token, items);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(payer)) continue;
            equal(logs[i].topics[0], wanted[found] ? PAID : NOT_PAID, "how it went");
            equal(logs[i].topics[1], items[found].id, "whose");
            equal(address(uint160(uint256(logs[i].topics[2]))), items[found].to, "to whom");
            ++found;
        }
        equal(found, 3, "each is told of once");
    }
}
