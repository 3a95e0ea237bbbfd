// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestToken} from "../../src/TestToken.sol";

/// @notice Says no to a spender by answering false, and moves nothing.
contract RefusingToken is TestToken {
    constructor() TestToken("Refusing", "NO", 18) {}

    function transferFrom(address, address, uint256) external pure override returns (bool) {
        return false;
    }
}

/// @notice Says yes to a spender, and moves nothing.
contract PretendingToken is TestToken {
    constructor() TestToken("Pretending", "YES", 18) {}

    function transferFrom(address, address, uint256) external pure override returns (bool) {
        return true;
    }
}

/// @notice Takes a fee from the giver on top of what is moved.
contract TollToken is TestToken {
    constructor() TestToken("Toll", "TOLL", 18) {}

    function _move(address from, address to, uint256 value) internal override {
        super._move(from, address(0xFEE), value / 100);
        super._move(from, to, value);
    }
}

/// @notice Calls whoever spends it back in the middle of the move.
contract CallbackToken is TestToken {
    bytes public attack;
    bool public entered;
    bytes public answer;

    constructor() TestToken("Callback", "BACK", 18) {}

    function prepare(bytes calldata attack_) external {
        attack = attack_;
    }

    function transferFrom(address from, address to, uint256 value) external override returns (bool) {
        _move(from, to, value);
        if (attack.length != 0) (entered, answer) = msg.sender.call(attack);
        return true;
    }
}
