// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DepositFactory} from "../src/DepositFactory.sol";
import {TestToken} from "../src/TestToken.sol";
import {PretendRouter, PretendWrapped} from "./Routers.sol";
import {TestBase, Vm} from "./TestBase.sol";

/// @notice A factory in use: treasury, operator, a router of each kind, a token in and one out.
abstract contract FactoryTestBase is TestBase {
    address internal constant ADMIN = address(0xAD0001);
    address internal constant OPERATOR = address(0x0BE7A70);
    address internal constant TREASURY = address(0x7EA5);
    address internal constant SHOP = address(0x5409);
    address internal constant STRANGER = address(0xBAD);
    address internal constant NATIVE = address(0);
    uint256 internal constant NEVER = type(uint256).max;

    bytes32 internal constant SWEPT = keccak256("Swept(bytes32,address,uint256)");
    bytes32 internal constant SWEEP_FAILED = keccak256("SweepFailed(bytes32,address,bytes)");
    bytes32 internal constant PAID_OUT = keccak256("PaidOut(bytes32,address,address,uint256)");
    bytes32 internal constant PAYOUT_FAILED = keccak256("PayoutFailed(bytes32,address,address,uint256,bytes)");

    DepositFactory internal factory;
    TestToken internal token;
    TestToken internal settlement;
    PretendWrapped internal wrapped;
    PretendRouter internal v3;
    PretendRouter internal v3Late;
    PretendRouter internal v2;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        factory = new DepositFactory(ADMIN);
        token = new TestToken("Any", "ANY", 18);
        settlement = new TestToken("Dollar", "USD", 6);
        wrapped = new PretendWrapped();
        v3 = new PretendRouter();
        v3Late = new PretendRouter();
        v2 = new PretendRouter();
        vm.startPrank(ADMIN);
        factory.setTreasury(TREASURY);
        factory.setOperator(OPERATOR, true);
        factory.setWrappedNative(address(wrapped));
        factory.setRouter(address(v3), DepositFactory.RouterKind.V3);
        factory.setRouter(address(v3Late), DepositFactory.RouterKind.V3_WITHOUT_DEADLINE);
        factory.setRouter(address(v2), DepositFactory.RouterKind.V2);
        vm.stopPrank();
    }

    function saltOf(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode("deposit", i));
    }

    function termsOf(uint256 i) internal view returns (DepositFactory.InvoiceTerms memory) {
        return DepositFactory.InvoiceTerms(bytes32(i), SHOP, address(settlement), 1e18, 2_000_000_000);
    }

    /// @dev Salts of `n` invoices, `units + i` of a token at the deposit address of the i-th.
    function funded(TestToken what, uint256 n, uint256 units) internal returns (bytes32[] memory salts) {
        salts = new bytes32[](n);
        for (uint256 i; i < n; ++i) {
            salts[i] = factory.invoiceSalt(termsOf(i));
            what.mint(factory.depositAddress(salts[i]), units + i);
        }
    }

    function one(bytes32 salt) internal pure returns (bytes32[] memory salts) {
        salts = new bytes32[](1);
        salts[0] = salt;
    }

    function item(bytes32 salt, address what) internal pure returns (DepositFactory.SweepItem memory) {
        return DepositFactory.SweepItem(salt, what);
    }

    function sweep(bytes32 salt, address what) internal returns (uint256) {
        vm.prank(OPERATOR);
        return factory.sweep(salt, what, NEVER);
    }

    function swapOf(PretendRouter router, uint256 amountIn, uint256 minOut)
        internal
        view
        returns (DepositFactory.Swap memory)
    {
        bytes memory path = router == v2
            ? abi.encodePacked(address(token), address(settlement))
            : abi.encodePacked(address(token), uint24(500), address(settlement));
        return DepositFactory.Swap(address(router), path, amountIn, minOut);
    }

    /// @dev How many logs of this kind the factory wrote.
    function count(Vm.Log[] memory logs, bytes32 kind) internal view returns (uint256 n) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(factory) && logs[i].topics[0] == kind) ++n;
        }
    }

    /// @dev The only failure in these logs, without its surroundings.
    function reasonIn(Vm.Log[] memory logs, bytes32 kind) internal view returns (bytes memory reason) {
        equal(count(logs, kind), 1, "one failure");
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(factory) || logs[i].topics[0] != kind) continue;
            if (kind == SWEEP_FAILED) reason = abi.decode(logs[i].data, (bytes));
            else (, reason) = abi.decode(logs[i].data, (uint256, bytes));
        }
    }

    function sweepFails(bytes32 salt, address what, bytes4 reason) internal {
        vm.recordLogs();
        equal(sweep(salt, what), 0, "arrived");
        equal(bytes32(bytes4(reasonIn(vm.getRecordedLogs(), SWEEP_FAILED))), bytes32(reason), "reason");
    }
}
