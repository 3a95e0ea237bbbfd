// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Many payouts of one token in one transaction.
/// @notice Whoever calls pays from its own balance, by the allowance that it gave this contract. An item
///         that can't be paid (a blacklist) is reported and passed over; the others are paid.
/// @dev All amounts are base units of the token. There is no admin, no state, and nothing ever lies
///      here: a token goes straight from the caller to its receiver. Only the caller's own allowance
///      is touched, so an allowance in full puts nobody's balance into anybody else's hands.
///
///      A transaction has one of two outcomes. Either each item is told of by `Paid` or by `NotPaid`,
///      and what left the caller is the sum of those that were paid, to the unit; or everything
///      reverts.
contract BatchPayer {
    // ------------------------------------------------------------------ what is said and refused

    error NothingToPay();
    error NotAToken(address token);
    /// @notice Less than the sum of all items: it is never the order that decides who goes without.
    /// @param has base units that the caller holds, or has allowed if those are fewer
    error TooLittle(uint256 has, uint256 needs);
    /// @notice An item would get too little gas to be judged by its outcome.
    error GasTooLow(uint256 item);
    /// @param paid base units that the token said it moved
    /// @param left base units by which the caller's balance fell
    error NotExact(uint256 paid, uint256 left);

    // A reason inside `NotPaid` (a token's own reason is passed on, cut at 256 bytes).
    error TransferRefused();

    event Paid(bytes32 indexed id, address indexed to, address indexed token, uint256 units);
    event NotPaid(bytes32 indexed id, address indexed to, address indexed token, uint256 units, bytes reason);

    // ------------------------------------------------------------------ types

    struct Item {
        /// The payer's own name for it: a payout's UUID as a number.
        bytes32 id;
        address to;
        uint256 units;
    }

    // ------------------------------------------------------------------ state

    /// @dev Gas one transfer may use, so that no receiver can starve the rest of a batch.
    uint256 private constant TRANSFER_GAS = 300_000;
    /// @dev What is left for the event after a transfer, beside the 64th that a call can't take.
    uint256 private constant TELLING_GAS = 30_000;
    /// @dev Bytes of a reason that are kept.
    uint256 private constant REASON_BYTES = 256;

    // ------------------------------------------------------------------ the one verb

    /// @notice Pay each item from the caller's balance.
    /// @return paid base units that left the caller
    function pay(address token, Item[] calldata items) external returns (uint256 paid) {
        if (items.length == 0) revert NothingToPay();
        uint256 before = _ask(token, abi.encodeWithSelector(0x70a08231, msg.sender)); // balanceOf
        _checkCovered(token, items, before);
        for (uint256 i; i < items.length; ++i) {
            if (gasleft() < (TRANSFER_GAS + TELLING_GAS) * 64 / 63) revert GasTooLow(i);
            if (_pay(token, items[i])) paid += items[i].units;
        }
        uint256 afterwards = _ask(token, abi.encodeWithSelector(0x70a08231, msg.sender));
        uint256 left = before > afterwards ? before - afterwards : 0;
        if (left != paid) revert NotExact(paid, left);
    }

    // ------------------------------------------------------------------ inside

    function _checkCovered(address token, Item[] calldata items, uint256 balance) private view {
        uint256 needs;
        for (uint256 i; i < items.length; ++i) {
            needs += items[i].units;
        }
        uint256 allowed = _ask(token, abi.encodeWithSelector(0xdd62ed3e, msg.sender, address(this))); // allowance
        uint256 has = allowed < balance ? allowed : balance;
        if (has < needs) revert TooLittle(has, needs);
    }

    function _pay(address token, Item calldata item) private returns (bool paid) {
        bytes memory data = abi.encodeWithSelector(0x23b872dd, msg.sender, item.to, item.units); // transferFrom
        uint256 limit = TRANSFER_GAS;
        bool done;
        uint256 size;
        uint256 answer;
        assembly ("memory-safe") {
            done := call(limit, token, 0, add(data, 0x20), mload(data), 0x00, 0x20)
            size := returndatasize()
            answer := mload(0x00)
        }
        if (!done) {
            emit NotPaid(item.id, item.to, token, item.units, _reason());
            return false;
        }
        // No answer (USDT) is as good as `true`; anything else is a refusal.
        if (size != 0 && (size < 32 || answer != 1)) {
            emit NotPaid(item.id, item.to, token, item.units, abi.encodePacked(TransferRefused.selector));
            return false;
        }
        emit Paid(item.id, item.to, token, item.units);
        return true;
    }

    /// @dev A number that the token answers with.
    function _ask(address token, bytes memory question) private view returns (uint256 units) {
        (bool answered, bytes memory answer) = token.staticcall(question);
        if (!answered || answer.length < 32) revert NotAToken(token);
        return abi.decode(answer, (uint256));
    }

    /// @dev What the last call answered, cut at `REASON_BYTES`.
    function _reason() private pure returns (bytes memory reason) {
        uint256 limit = REASON_BYTES;
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, limit) { size := limit }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
            mstore(0x40, and(add(add(reason, size), 0x3f), not(0x1f)))
        }
    }
}
