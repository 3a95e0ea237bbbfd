// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Init code that lives for one transaction: it empties its own address into the treasury.
/// @dev Created by the factory with CREATE2 at an invoice's deposit address. It takes no arguments,
///      so the address depends on the salt alone; what to move is read from its creator's
///      transient storage (EIP-1153). It self-destructs in its creating transaction (EIP-6780),
///      so the address is free for the next, late payment. It leaves no code and needs no key.
///
///      Its bytes are part of every deposit address: they are frozen with the factory's version.
contract Sweeper {
    /// @dev `payable` only to leave out the compiler's check of the value, which is always zero.
    constructor() payable {
        assembly {
            // sweepOrder() -> (token, amount, tokenTo, nativeTo)
            mstore(0x00, shl(224, 0xdf58064c))
            if iszero(staticcall(gas(), caller(), 0x00, 0x04, 0x00, 0x80)) { revert(0, 0) }
            let token := mload(0x00)
            let nativeTo := mload(0x60)

            if token {
                let amount := mload(0x20)
                let to := mload(0x40)
                mstore(0x80, shl(224, 0xa9059cbb)) // transfer(address,uint256)
                mstore(0x84, to)
                mstore(0xa4, amount)
                // A limit: a token that burns all gas must not take the rest of the batch with it.
                if iszero(call(500000, token, 0, 0x80, 0x44, 0x00, 0x20)) {
                    let size := returndatasize()
                    if gt(size, 256) { size := 256 }
                    returndatacopy(0x80, 0, size)
                    revert(0x80, size)
                }
                // No answer (USDT) is as good as `true`; anything else is a refusal.
                if returndatasize() {
                    if or(lt(returndatasize(), 0x20), iszero(eq(mload(0x00), 1))) {
                        mstore(0x00, shl(224, 0x7b7a8ab4)) // TransferRefused()
                        revert(0x00, 0x04)
                    }
                }
            }
            // Sends the native coin too. No call is made, so no receiver can refuse it.
            selfdestruct(nativeTo)
        }
    }
}
