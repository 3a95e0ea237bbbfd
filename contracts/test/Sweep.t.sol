// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DepositFactory} from "../src/DepositFactory.sol";
import {Sweeper} from "../src/Sweeper.sol";
import {TestToken} from "../src/TestToken.sol";
import {FactoryTestBase} from "./FactoryTestBase.sol";
import {Vm} from "./TestBase.sol";
import {
    FalseToken,
    FeeToken,
    GreedyToken,
    GuardedToken,
    LoudToken,
    LyingToken,
    NoZeroToken,
    ReentrantToken,
    SilentToken
} from "./tokens/OddTokens.sol";

contract SweepTest is FactoryTestBase {
    bytes32 private salt;
    address private deposit;

    function setUp() public override {
        super.setUp();
        salt = factory.invoiceSalt(termsOf(1));
        deposit = factory.depositAddress(salt);
    }

    // ------------------------------------------------------------------ addresses and salts

    function test_the_deposit_address_is_create2_of_factory_salt_and_constant_init_code() public view {
        bytes32 hash = keccak256(type(Sweeper).creationCode);
        equal(factory.sweeperInitCodeHash(), hash, "init code hash");
        bytes32 word = keccak256(abi.encodePacked(bytes1(0xff), address(factory), salt, hash));
        equal(deposit, address(uint160(uint256(word))), "address");
    }

    function test_the_salt_has_its_golden_values() public view {
        // As in vectors/deposits.json, which the Python side reads.
        DepositFactory.InvoiceTerms memory terms;
        equal(
            factory.invoiceSalt(terms),
            0x1c5c9014385b7ad900d14e5b100d5db1969a7cd2fa9412753545c62ca0950ca8,
            "nothing set"
        );
        terms = DepositFactory.InvoiceTerms(
            bytes32(uint256(0x0192f0c12d3e7a4b8c5d6e7f80910213)),
            0x1111111111111111111111111111111111111111,
            0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913,
            12_500_000,
            1_800_000_900
        );
        equal(
            factory.invoiceSalt(terms),
            0x8ca862af77b095495ada287f9c53ee96e8fc76b7a5841bef0b4a92076dddfb82,
            "12.50 USDC on Base"
        );
        terms = DepositFactory.InvoiceTerms(
            bytes32(uint256(type(uint128).max)),
            address(type(uint160).max),
            address(type(uint160).max),
            type(uint256).max,
            type(uint64).max
        );
        equal(
            factory.invoiceSalt(terms),
            0xb3d8f6dbb1a4a80638f4e68fd81a2daebe691da9028bd77353a0fbe477687862,
            "everything at its largest"
        );
    }

    function test_the_sweepers_init_code_is_frozen() public view {
        equal(
            factory.sweeperInitCodeHash(),
            0x24ab8b368a448e8b3b1ac1b0d52877880b96f5e4ee59135eee448d518cc158c5,
            "a change here changes every deposit address: it is a new factory version"
        );
    }

    function testFuzz_the_salt_commits_to_each_of_the_terms(
        DepositFactory.InvoiceTerms calldata a,
        DepositFactory.InvoiceTerms calldata b
    ) public view {
        bool same = keccak256(abi.encode(a)) == keccak256(abi.encode(b));
        equal(factory.invoiceSalt(a) == factory.invoiceSalt(b) ? 1 : 0, same ? 1 : 0, "same salt, same terms");
    }

    function testFuzz_the_salt_is_eip712s_struct_hash(DepositFactory.InvoiceTerms calldata t) public view {
        bytes32 typeHash = keccak256(
            "TillwayInvoiceV1(bytes32 invoiceId,address payee,address settlementToken,uint256 amount,uint64 lockEnd)"
        );
        equal(
            factory.invoiceSalt(t),
            keccak256(abi.encode(typeHash, t.invoiceId, t.payee, t.settlementToken, t.amount, t.lockEnd)),
            "salt"
        );
    }

    function test_selectors_in_the_sweepers_assembly_are_those_of_the_contracts() public pure {
        equal(bytes32(DepositFactory.sweepOrder.selector), bytes32(bytes4(0xdf58064c)), "sweepOrder");
        equal(bytes32(DepositFactory.NothingToSweep.selector), bytes32(bytes4(0x351261fc)), "NothingToSweep");
        equal(bytes32(DepositFactory.NotAToken.selector), bytes32(bytes4(0x851f69d0)), "NotAToken");
        equal(bytes32(DepositFactory.TransferRefused.selector), bytes32(bytes4(0x7b7a8ab4)), "TransferRefused");
        equal(bytes32(TestToken.transfer.selector), bytes32(bytes4(0xa9059cbb)), "transfer");
    }

    // ------------------------------------------------------------------ one deposit

    function test_a_deposit_goes_to_the_treasury_and_leaves_no_code() public {
        token.mint(deposit, 12_500_000);
        vm.expectEmit(true, true, true, true, address(factory));
        emit DepositFactory.Swept(salt, address(token), 12_500_000);
        equal(sweep(salt, address(token)), 12_500_000, "arrived");
        equal(token.balanceOf(TREASURY), 12_500_000, "treasury");
        equal(token.balanceOf(deposit), 0, "deposit");
        equal(deposit.code.length, 0, "code");
    }

    function test_a_late_and_a_duplicate_payment_are_swept_again() public {
        for (uint256 i = 1; i < 4; ++i) {
            token.mint(deposit, i);
            equal(sweep(salt, address(token)), i, "arrived");
        }
        equal(token.balanceOf(TREASURY), 6, "treasury");
    }

    function test_the_native_coin_is_swept() public {
        vm.deal(deposit, 3 ether);
        equal(sweep(salt, NATIVE), 3 ether, "arrived");
        equal(TREASURY.balance, 3 ether, "treasury");
        equal(deposit.balance, 0, "deposit");
    }

    function test_a_treasury_that_refuses_calls_gets_the_native_coin_too() public {
        vm.etch(TREASURY, hex"fd");
        vm.deal(deposit, 1 ether);
        equal(sweep(salt, NATIVE), 1 ether, "arrived");
    }

    function test_the_native_coin_beside_a_token_goes_along_and_is_told() public {
        token.mint(deposit, 7);
        vm.deal(deposit, 5 wei);
        vm.recordLogs();
        equal(sweep(salt, address(token)), 7, "arrived");
        equal(count(vm.getRecordedLogs(), SWEPT), 2, "two facts");
        equal(TREASURY.balance, 5, "native");
    }

    // ------------------------------------------------------------------ odd tokens

    function test_a_token_that_answers_nothing_is_swept() public {
        SilentToken silent = new SilentToken();
        silent.mint(deposit, 9);
        equal(sweep(salt, address(silent)), 9, "arrived");
    }

    function test_a_fee_on_transfer_shows_in_what_arrived() public {
        FeeToken fee = new FeeToken();
        fee.mint(deposit, 10_000);
        equal(sweep(salt, address(fee)), 9_900, "arrived");
    }

    function test_a_blacklisted_deposit_fails_with_the_tokens_own_words() public {
        GuardedToken guarded = new GuardedToken();
        guarded.mint(deposit, 5);
        guarded.setBlacklisted(deposit, true);
        vm.recordLogs();
        equal(sweep(salt, address(guarded)), 0, "arrived");
        equal(
            keccak256(reasonIn(vm.getRecordedLogs(), SWEEP_FAILED)),
            keccak256(abi.encodeWithSignature("Error(string)", "Blacklistable: account is blacklisted")),
            "reason"
        );
        guarded.setBlacklisted(deposit, false);
        equal(sweep(salt, address(guarded)), 5, "later");
    }

    function test_a_paused_token_fails_and_is_swept_later() public {
        GuardedToken guarded = new GuardedToken();
        guarded.mint(deposit, 5);
        guarded.setPaused(true);
        equal(sweep(salt, address(guarded)), 0, "while paused");
        guarded.setPaused(false);
        equal(sweep(salt, address(guarded)), 5, "later");
    }

    function test_tokens_of_2_and_of_24_decimals_are_swept() public {
        TestToken coarse = new TestToken("Coarse", "C", 2);
        TestToken fine = new TestToken("Fine", "F", 24);
        coarse.mint(deposit, 1);
        fine.mint(deposit, 1e9 * 1e24);
        equal(sweep(salt, address(coarse)), 1, "coarse");
        equal(sweep(salt, address(fine)), 1e9 * 1e24, "fine");
    }

    function test_an_empty_address_fails_by_name() public {
        NoZeroToken noZero = new NoZeroToken();
        sweepFails(salt, address(noZero), DepositFactory.NothingToSweep.selector);
        sweepFails(salt, NATIVE, DepositFactory.NothingToSweep.selector);
    }

    function test_what_is_no_token_fails_by_name() public {
        sweepFails(salt, address(0x1234), DepositFactory.NotAToken.selector);
        sweepFails(salt, address(factory), DepositFactory.NotAToken.selector);
    }

    function test_a_token_that_says_no_fails_by_name() public {
        FalseToken no = new FalseToken();
        no.mint(deposit, 5);
        sweepFails(salt, address(no), DepositFactory.TransferRefused.selector);
    }

    function test_a_token_that_only_says_yes_is_not_believed() public {
        LyingToken lying = new LyingToken();
        lying.mint(deposit, 5);
        sweepFails(salt, address(lying), DepositFactory.NothingArrived.selector);
    }

    function test_a_long_reason_is_cut() public {
        LoudToken loud = new LoudToken();
        loud.mint(deposit, 5);
        vm.recordLogs();
        sweep(salt, address(loud));
        equal(reasonIn(vm.getRecordedLogs(), SWEEP_FAILED).length, 256, "bytes");
    }

    function test_a_token_cannot_call_back_into_the_factory() public {
        ReentrantToken token_ = new ReentrantToken();
        vm.prank(ADMIN);
        factory.setOperator(address(token_), true);
        token_.mint(deposit, 5);
        token_.prepare(factory, abi.encodeCall(DepositFactory.sweep, (saltOf(2), NATIVE, NEVER)));
        equal(sweep(salt, address(token_)), 5, "arrived");
        holds(!token_.entered(), "kept out");
        equal(bytes32(bytes4(token_.answer())), bytes32(DepositFactory.Reentered.selector), "by name");
    }

    // ------------------------------------------------------------------ batches

    function test_a_batch_of_mixed_tokens_isolates_what_fails() public {
        GuardedToken guarded = new GuardedToken();
        GreedyToken greedy = new GreedyToken();
        DepositFactory.SweepItem[] memory items = new DepositFactory.SweepItem[](6);
        items[0] = item(saltOf(0), address(token));
        items[1] = item(saltOf(1), address(guarded));
        items[2] = item(saltOf(2), address(greedy));
        items[3] = item(saltOf(3), NATIVE);
        items[4] = item(saltOf(4), address(0x1234));
        items[5] = item(saltOf(5), address(token));
        token.mint(factory.depositAddress(saltOf(0)), 10);
        guarded.mint(factory.depositAddress(saltOf(1)), 11);
        guarded.setPaused(true);
        greedy.mint(factory.depositAddress(saltOf(2)), 12);
        vm.deal(factory.depositAddress(saltOf(3)), 13);
        token.mint(factory.depositAddress(saltOf(5)), 15);

        vm.recordLogs();
        vm.prank(OPERATOR);
        equal(factory.sweepBatch(items, NEVER), 3, "swept");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        equal(count(logs, SWEPT), 3, "told");
        equal(count(logs, SWEEP_FAILED), 3, "failures");
        equal(token.balanceOf(TREASURY), 25, "token");
        equal(TREASURY.balance, 13, "native");
    }

    function test_the_same_salt_twice_in_a_batch_does_not_burn_the_gas_of_the_others() public {
        DepositFactory.SweepItem[] memory items = new DepositFactory.SweepItem[](3);
        items[0] = item(salt, address(token));
        items[1] = item(salt, address(settlement));
        items[2] = item(saltOf(2), address(settlement));
        token.mint(deposit, 10);
        settlement.mint(deposit, 11);
        settlement.mint(factory.depositAddress(saltOf(2)), 12);

        vm.recordLogs();
        vm.prank(OPERATOR);
        equal(factory.sweepBatch(items, NEVER), 2, "swept");
        bytes memory reason = reasonIn(vm.getRecordedLogs(), SWEEP_FAILED);
        equal(bytes32(bytes4(reason)), bytes32(DepositFactory.AlreadySwept.selector), "by name");
        equal(sweep(salt, address(settlement)), 11, "in the next transaction");
    }

    function test_an_item_that_failed_may_try_its_other_token_in_the_same_batch() public {
        DepositFactory.SweepItem[] memory items = new DepositFactory.SweepItem[](2);
        items[0] = item(salt, address(settlement));
        items[1] = item(salt, address(token));
        token.mint(deposit, 10);
        vm.prank(OPERATOR);
        equal(factory.sweepBatch(items, NEVER), 1, "swept");
        equal(token.balanceOf(TREASURY), 10, "treasury");
    }

    function testFuzz_a_batch_moves_exactly_what_lay_there(uint96[8] calldata units, uint8 pausedMask) public {
        GuardedToken guarded = new GuardedToken();
        bytes32[] memory salts = new bytes32[](units.length);
        uint256 expected;
        for (uint256 i; i < units.length; ++i) {
            salts[i] = saltOf(i);
            address at = factory.depositAddress(salts[i]);
            guarded.mint(at, units[i]);
            if (pausedMask >> i & 1 == 1) guarded.setBlacklisted(at, true);
            else expected += units[i];
        }
        vm.prank(OPERATOR);
        equal(factory.sweepToken(salts, address(guarded), NEVER), expected, "arrived");
        equal(guarded.balanceOf(TREASURY), expected, "treasury");
    }

    // ------------------------------------------------------------------ who, and until when

    function test_only_an_operator_sweeps() public {
        DepositFactory.Swap memory swap = swapOf(v3, 1, 1);
        bytes memory no = abi.encodeWithSelector(DepositFactory.NotOperator.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(no);
        factory.sweep(salt, NATIVE, NEVER);
        vm.expectRevert(no);
        factory.sweepBatch(new DepositFactory.SweepItem[](0), NEVER);
        vm.expectRevert(no);
        factory.sweepToken(one(salt), NATIVE, NEVER);
        vm.expectRevert(no);
        factory.sweepAndSwap(one(salt), address(token), swap, NEVER);
        vm.expectRevert(no);
        factory.sweepSwapPay(one(salt), address(token), swap, new DepositFactory.Payout[](0), NEVER);
        vm.expectRevert(no);
        factory.recover(NATIVE, NEVER);
    }

    function test_a_dismissed_operator_sweeps_no_more() public {
        vm.prank(ADMIN);
        factory.setOperator(OPERATOR, false);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.NotOperator.selector, OPERATOR));
        factory.sweep(salt, NATIVE, NEVER);
    }

    function test_the_deadline_is_the_last_second() public {
        token.mint(deposit, 5);
        vm.startPrank(OPERATOR);
        vm.expectRevert(
            abi.encodeWithSelector(DepositFactory.DeadlinePassed.selector, block.timestamp - 1, block.timestamp)
        );
        factory.sweep(salt, address(token), block.timestamp - 1);
        equal(factory.sweep(salt, address(token), block.timestamp), 5, "in the last second");
    }

    function test_without_a_treasury_nothing_moves() public {
        DepositFactory bare = new DepositFactory(ADMIN);
        vm.prank(ADMIN);
        bare.setOperator(OPERATOR, true);
        vm.startPrank(OPERATOR);
        vm.expectRevert(DepositFactory.TreasuryNotSet.selector);
        bare.sweep(salt, NATIVE, NEVER);
        vm.expectRevert(DepositFactory.TreasuryNotSet.selector);
        bare.recover(NATIVE, NEVER);
    }

    function test_only_the_admin_sets() public {
        bytes memory no = abi.encodeWithSelector(DepositFactory.NotAdmin.selector, OPERATOR);
        vm.startPrank(OPERATOR);
        vm.expectRevert(no);
        factory.setTreasury(OPERATOR);
        vm.expectRevert(no);
        factory.setOperator(OPERATOR, true);
        vm.expectRevert(no);
        factory.setRouter(OPERATOR, DepositFactory.RouterKind.V2);
        vm.expectRevert(no);
        factory.setWrappedNative(OPERATOR);
        vm.expectRevert(no);
        factory.proposeAdmin(OPERATOR);
    }

    function test_no_role_is_given_to_nobody() public {
        vm.expectRevert(DepositFactory.ZeroAddress.selector);
        new DepositFactory(address(0));
        vm.startPrank(ADMIN);
        vm.expectRevert(DepositFactory.ZeroAddress.selector);
        factory.setTreasury(address(0));
        vm.expectRevert(DepositFactory.ZeroAddress.selector);
        factory.setRouter(address(0), DepositFactory.RouterKind.V2);
    }

    function test_the_admin_hands_over_in_two_steps() public {
        vm.prank(ADMIN);
        factory.proposeAdmin(STRANGER);
        equal(factory.admin(), ADMIN, "not yet");
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(DepositFactory.NotPendingAdmin.selector, OPERATOR));
        factory.acceptAdmin();
        vm.prank(STRANGER);
        factory.acceptAdmin();
        equal(factory.admin(), STRANGER, "handed over");
        equal(factory.pendingAdmin(), address(0), "done");
    }

    function test_what_lies_at_the_factory_goes_to_the_treasury() public {
        token.mint(address(factory), 5);
        vm.deal(address(factory), 6);
        vm.startPrank(OPERATOR);
        equal(factory.recover(address(token), NEVER), 5, "token");
        equal(factory.recover(NATIVE, NEVER), 6, "native");
        equal(token.balanceOf(TREASURY), 5, "token there");
        equal(TREASURY.balance, 6, "native there");
    }

    function test_nobody_else_creates_a_sweeper_at_a_deposit_address() public {
        token.mint(deposit, 5);
        bytes memory code = type(Sweeper).creationCode;
        address made;
        bytes32 salt_ = salt;
        assembly {
            made := create2(0, add(code, 0x20), mload(code), salt_)
        }
        equal(token.balanceOf(deposit), 5, "untouched");
    }
}
