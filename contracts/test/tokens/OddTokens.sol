// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DepositFactory} from "../../src/DepositFactory.sol";
import {TestToken} from "../../src/TestToken.sol";

/// @notice Answers nothing, as USDT does, and changes an allowance only from or to zero.
contract SilentToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function approve(address spender, uint256 value) external {
        require(value == 0 || allowance[msg.sender][spender] == 0, "from nonzero");
        allowance[msg.sender][spender] = value;
    }

    function transfer(address to, uint256 value) external {
        _move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
    }

    function _move(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}

/// @notice Keeps a share of each transfer.
contract FeeToken is TestToken {
    uint256 public constant FEE_BPS = 100;

    constructor() TestToken("Fee", "FEE", 18) {}

    function _move(address from, address to, uint256 value) internal override {
        uint256 fee = value * FEE_BPS / 10_000;
        super._move(from, address(0xFEE), fee);
        super._move(from, to, value - fee);
    }
}

/// @notice An issuer may stop an address, or everybody.
contract GuardedToken is TestToken {
    mapping(address => bool) public blacklisted;
    bool public paused;

    constructor() TestToken("Guarded", "GRD", 6) {}

    function setBlacklisted(address account, bool yes) external {
        blacklisted[account] = yes;
    }

    function setPaused(bool yes) external {
        paused = yes;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!paused, "Pausable: paused");
        require(!blacklisted[from] && !blacklisted[to], "Blacklistable: account is blacklisted");
        super._move(from, to, value);
    }
}

/// @notice Refuses to move nothing.
contract NoZeroToken is TestToken {
    constructor() TestToken("No zero", "NZ", 18) {}

    function _move(address from, address to, uint256 value) internal override {
        require(value != 0, "zero");
        super._move(from, to, value);
    }
}

/// @notice Says no by answering false, and moves nothing.
contract FalseToken is TestToken {
    constructor() TestToken("False", "NO", 18) {}

    function transfer(address, uint256) external pure override returns (bool) {
        return false;
    }
}

/// @notice Says yes, and moves nothing.
contract LyingToken is TestToken {
    constructor() TestToken("Lying", "LIE", 18) {}

    function transfer(address, uint256) external pure override returns (bool) {
        return true;
    }
}

/// @notice Burns whatever gas it gets.
contract GreedyToken is TestToken {
    constructor() TestToken("Greedy", "GAS", 18) {}

    function _move(address, address, uint256) internal pure override {
        for (uint256 i;; ++i) {}
    }
}

/// @notice Refuses with a very long reason, which whoever copies it pays for.
contract LoudToken is TestToken {
    constructor() TestToken("Loud", "LOUD", 18) {}

    function _move(address, address, uint256) internal pure override {
        assembly {
            revert(0, 100000)
        }
    }
}

/// @notice Calls the factory back in the middle of a transfer.
contract ReentrantToken is TestToken {
    DepositFactory public factory;
    bytes public attack;
    bool public entered;
    bytes public answer;

    constructor() TestToken("Reentrant", "RE", 18) {}

    function prepare(DepositFactory factory_, bytes calldata attack_) external {
        factory = factory_;
        attack = attack_;
    }

    function _move(address from, address to, uint256 value) internal override {
        super._move(from, to, value);
        if (address(factory) != address(0)) {
            (entered, answer) = address(factory).call(attack);
        }
    }
}
