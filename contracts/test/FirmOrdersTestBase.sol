// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FirmOrders} from "../src/FirmOrders.sol";
import {TestToken} from "../src/TestToken.sol";
import {TestBase} from "./TestBase.sol";

/// @notice A maker with a key, a taker, and two tokens of which each side has plenty.
abstract contract FirmOrdersTestBase is TestBase {
    uint256 internal constant MAKER_KEY = 0xA11CE;
    address internal constant TAKER = address(0x7EA5);
    address internal constant STRANGER = address(0xBAD);
    uint256 internal constant NOW = 1_800_000_000;
    uint256 internal constant PLENTY = type(uint128).max;

    FirmOrders internal orders;
    TestToken internal tokenIn;
    TestToken internal tokenOut;
    address internal maker;

    function setUp() public virtual {
        vm.warp(NOW);
        orders = new FirmOrders();
        maker = vm.addr(MAKER_KEY);
        tokenIn = new TestToken("Ether", "WETH", 18);
        tokenOut = new TestToken("Dollar", "USD", 6);
        stock(tokenIn, TAKER);
        stock(tokenOut, maker);
    }

    function stock(TestToken token, address owner) internal {
        token.mint(owner, PLENTY);
        vm.prank(owner);
        token.approve(address(orders), type(uint256).max);
    }

    function order(uint256 nonce) internal view returns (FirmOrders.Order memory) {
        return
            FirmOrders.Order(maker, TAKER, address(tokenIn), address(tokenOut), 5e18, 15_000e6, uint64(NOW + 60), nonce);
    }

    function signed(FirmOrders.Order memory order_, uint256 key) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, orders.orderHash(order_));
        return abi.encodePacked(r, s, v);
    }

    function fill(FirmOrders.Order memory order_, bytes memory signature) internal {
        vm.prank(TAKER);
        orders.fill(order_, signature);
    }

    function refused(FirmOrders.Order memory order_, bytes memory signature, bytes memory why) internal {
        vm.expectRevert(why);
        vm.prank(TAKER);
        orders.fill(order_, signature);
    }
}
