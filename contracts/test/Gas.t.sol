// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DepositFactory} from "../src/DepositFactory.sol";
import {TestToken} from "../src/TestToken.sol";
import {TestBase} from "./TestBase.sol";
import {PretendRouter} from "./Routers.sol";

/// @notice Gas per payment, printed; a hundred are held to the bare design's figure within a tenth.
/// @dev `isolate` makes each call a transaction, so figures include its 21,000 and its refunds.
///      Figures with Circle's USDC and Uniswap's pools are taken on the dev chain, in Python.
contract GasTest is TestBase {
    address private constant ADMIN = address(0xAD);
    address private constant OPERATOR = address(0x0BE7A70);
    address private constant TREASURY = address(0x7EA5);

    DepositFactory private factory;
    TestToken private token;
    TestToken private settlement;
    PretendRouter private router;

    function setUp() public {
        factory = new DepositFactory(ADMIN);
        token = new TestToken("Minimal", "MIN", 18);
        settlement = new TestToken("Dollar", "USD", 6);
        router = new PretendRouter();
        vm.startPrank(ADMIN);
        factory.setTreasury(TREASURY);
        factory.setOperator(OPERATOR, true);
        factory.setRouter(address(router), DepositFactory.RouterKind.V3);
        vm.stopPrank();
        // A treasury and a factory that have been used before, as in the figures compared with.
        token.mint(TREASURY, 1);
        token.mint(address(factory), 1);
        settlement.mint(TREASURY, 1);
        settlement.mint(address(factory), 1);
    }

    function test_sweep_1() public {
        told(sweep(1), 74_352, "ephemeral sweep x1");
    }

    function test_sweep_10() public {
        told(sweep(10), 45_668, "ephemeral sweep x10");
    }

    function test_sweep_100() public {
        within(sweep(100), 42_803, "ephemeral sweep x100");
    }

    function sweep(uint256 n) private returns (uint256) {
        bytes32[] memory salts = new bytes32[](n);
        for (uint256 i; i < n; ++i) {
            salts[i] = salt(i);
            token.mint(factory.depositAddress(salts[i]), 1e18 + i);
        }
        vm.prank(OPERATOR);
        factory.sweepToken(salts, address(token), type(uint256).max);
        return vm.lastCallGas().gasTotalUsed / n;
    }

    function salt(uint256 i) private pure returns (bytes32) {
        return keccak256(abi.encode("gas", i));
    }

    function told(uint256 measured, uint256 bare, string memory what) private {
        emit log_named_uint(what, measured);
        emit log_named_uint("  the bare design", bare);
    }

    function within(uint256 measured, uint256 bare, string memory what) private {
        told(measured, bare, what);
        holds(measured * 10 <= bare * 11, what);
    }
}
