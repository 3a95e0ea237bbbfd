// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FirmOrders} from "../src/FirmOrders.sol";
import {TestToken} from "../src/TestToken.sol";
import {FirmOrdersTestBase} from "./FirmOrdersTestBase.sol";
import {TestBase} from "./TestBase.sol";

/// @notice Makers sign, cancel and withdraw their leave, takers and strangers fill, in any order.
contract Floor is TestBase {
    uint256 private constant KEYS = 3;
    uint256 private constant NONCES = 20;

    FirmOrders public orders;
    TestToken public tokenIn;
    TestToken public tokenOut;
    address public taker;

    uint256 public gave;
    uint256 public got;
    uint256 public strangersPassed;
    uint256 public twice;
    mapping(address => mapping(uint256 => bool)) private _gone;

    constructor(FirmOrders orders_, TestToken in_, TestToken out_, address taker_) {
        (orders, tokenIn, tokenOut, taker) = (orders_, in_, out_, taker_);
    }

    function makerOf(uint256 key) public view returns (address) {
        return vm.addr(keyOf(key));
    }

    function keyOf(uint256 key) private pure returns (uint256) {
        return 1000 + key % KEYS;
    }

    function _signed(uint256 key, uint96 amountIn, uint96 amountOut, uint256 nonce, uint256 seconds_)
        private
        view
        returns (FirmOrders.Order memory order, bytes memory signature)
    {
        order = FirmOrders.Order(
            makerOf(key),
            taker,
            address(tokenIn),
            address(tokenOut),
            amountIn,
            amountOut,
            uint64(block.timestamp + bounded(seconds_, 0, 100)),
            nonce % NONCES
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf(key), orders.orderHash(order));
        signature = abi.encodePacked(r, s, v);
    }

    function takerFills(uint256 key, uint96 amountIn, uint96 amountOut, uint256 nonce, uint8 later) external {
        (FirmOrders.Order memory order, bytes memory signature) = _signed(key, amountIn, amountOut, nonce, later);
        vm.prank(taker);
        try orders.fill(order, signature) {
            if (_gone[order.maker][order.nonce]) ++twice;
            _gone[order.maker][order.nonce] = true;
            gave += amountIn;
            got += amountOut;
        } catch {}
    }

    function makerCancels(uint256 key, uint256 nonce) external {
        vm.prank(makerOf(key));
        orders.cancel(nonce % NONCES);
        _gone[makerOf(key)][nonce % NONCES] = true;
    }

    function makerChangesItsLeave(uint256 key, uint128 units) external {
        vm.prank(makerOf(key));
        tokenOut.approve(address(orders), units);
    }

    function strangerFills(uint256 key, uint96 amountIn, uint96 amountOut, uint256 nonce, address stranger) external {
        if (stranger == taker) return;
        (FirmOrders.Order memory order, bytes memory signature) = _signed(key, amountIn, amountOut, nonce, 100);
        vm.prank(stranger);
        try orders.fill(order, signature) {
            ++strangersPassed;
        } catch {}
    }

    function forgerFills(uint256 key, uint96 amountOut, uint256 nonce) external {
        (FirmOrders.Order memory order, bytes memory signature) = _signed(key, 1, amountOut, nonce, 100);
        order.amountOut = uint256(amountOut) + 1;
        vm.prank(taker);
        try orders.fill(order, signature) {
            ++strangersPassed;
        } catch {}
    }
}

contract FirmOrdersInvariantTest is FirmOrdersTestBase {
    Floor private floor;

    function setUp() public override {
        super.setUp();
        floor = new Floor(orders, tokenIn, tokenOut, TAKER);
        for (uint256 key; key < 3; ++key) {
            stock(tokenOut, floor.makerOf(key));
        }
        targetContract(address(floor));
    }

    /// @notice What the taker gave is with the makers, what it got came from them, to the unit.
    function invariant_both_sides_moved_by_the_orders_that_were_done() public view {
        uint256 received;
        uint256 kept;
        for (uint256 key; key < 3; ++key) {
            received += tokenIn.balanceOf(floor.makerOf(key));
            kept += tokenOut.balanceOf(floor.makerOf(key));
        }
        equal(received, floor.gave(), "in");
        equal(tokenIn.balanceOf(TAKER), PLENTY - floor.gave(), "given");
        equal(tokenOut.balanceOf(TAKER), floor.got(), "got");
        equal(kept, 3 * PLENTY - floor.got(), "out");
    }

    function invariant_no_nonce_is_done_twice_or_after_its_cancellation() public view {
        equal(floor.twice(), 0, "twice");
    }

    function invariant_no_stranger_and_no_forger_gets_anything() public view {
        equal(floor.strangersPassed(), 0, "strangers");
    }

    function invariant_nothing_stays_here() public view {
        equal(tokenIn.balanceOf(address(orders)) + tokenOut.balanceOf(address(orders)), 0, "kept");
    }
}
