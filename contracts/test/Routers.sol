// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestToken} from "../src/TestToken.sol";

interface IToken {
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
}

/// @notice A router that pays `rate` units out for 1,000 in, from what it mints, in all three tongues.
/// @dev It may be told to be dishonest: to pay less than it promised, or to take only a part.
contract PretendRouter {
    struct V3 {
        bytes path;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    struct V3WithoutDeadline {
        bytes path;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    uint256 public rate = 1_000;
    uint256 public takenPercent = 100;
    uint256 public seenDeadline;

    function setRate(uint256 rate_) external {
        rate = rate_;
    }

    function setTakenPercent(uint256 percent) external {
        takenPercent = percent;
    }

    function exactInput(V3 calldata order) external payable returns (uint256) {
        seenDeadline = order.deadline;
        return _swap(order.path, order.recipient, order.amountIn);
    }

    function exactInput(V3WithoutDeadline calldata order) external payable returns (uint256) {
        return _swap(order.path, order.recipient, order.amountIn);
    }

    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external {
        seenDeadline = deadline;
        _swap(abi.encodePacked(path[0], path[path.length - 1]), to, amountIn);
    }

    function _swap(bytes memory path, address to, uint256 amountIn) private returns (uint256 amountOut) {
        address tokenIn;
        address tokenOut;
        assembly {
            tokenIn := shr(96, mload(add(path, 0x20)))
            // The word that ends where the path ends: its low 20 bytes.
            tokenOut := and(mload(add(path, mload(path))), 0xffffffffffffffffffffffffffffffffffffffff)
        }
        uint256 taken = amountIn * takenPercent / 100;
        // By hand: a token may answer nothing.
        (bool moved,) = tokenIn.call(abi.encodeCall(IToken.transferFrom, (msg.sender, address(this), taken)));
        require(moved, "not paid");
        amountOut = taken * rate / 1_000;
        TestToken(tokenOut).mint(to, amountOut);
    }
}

/// @notice A wrapped native coin, as plain as it gets.
contract PretendWrapped is TestToken {
    constructor() TestToken("Wrapped", "WETH", 18) {}

    function deposit() external payable {
        this.mint(msg.sender, msg.value);
    }
}
