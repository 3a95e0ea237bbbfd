// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Balances are shares of a total that its issuer sets, up or down, with no Transfer to show.
contract SharesToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    uint8 public constant decimals = 18;
    uint256 public totalShares;
    uint256 public totalSupply;
    mapping(address => uint256) public sharesOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 value) external {
        uint256 shares = totalShares == 0 ? value : value * totalShares / totalSupply;
        totalShares += shares;
        totalSupply += value;
        sharesOf[to] += shares;
        emit Transfer(address(0), to, value);
    }

    /// @notice What all balances are worth together from now on, base units.
    function rebase(uint256 total) external {
        totalSupply = total;
    }

    function balanceOf(address holder) public view virtual returns (uint256) {
        return totalShares == 0 ? 0 : sharesOf[holder] * totalSupply / totalShares;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }

    function _move(address from, address to, uint256 value) internal virtual {
        uint256 shares = value * totalShares / totalSupply;
        sharesOf[from] -= shares;
        sharesOf[to] += shares;
        emit Transfer(from, to, value);
    }
}

/// @notice Each balance grows by itself with time, or shrinks; nothing else tells that it does.
contract DriftingToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    uint256 private constant YEAR = 365 days;
    uint8 public constant decimals = 18;
    int256 public immutable perYearPpm;
    uint256 private immutable BEGUN;
    mapping(address => uint256) private principal;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor(int256 perYearPpm_) {
        perYearPpm = perYearPpm_;
        BEGUN = block.timestamp;
    }

    function mint(address to, uint256 value) external {
        principal[to] += value;
        emit Transfer(address(0), to, value);
    }

    function balanceOf(address holder) public view returns (uint256) {
        int256 share = 1e6 + perYearPpm * int256(block.timestamp - BEGUN) / int256(YEAR);
        return principal[holder] * uint256(share) / 1e6;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    /// @dev Moves principal, so that a transfer in the block of its birth is exact.
    function transfer(address to, uint256 value) external returns (bool) {
        principal[msg.sender] -= value;
        principal[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
