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
            function refuse(selector) {
                mstore(0x00, shl(224, selector))
                revert(0x00, 0x04)
            }

            // sweepOrder() -> (token, toFactory, treasury)
            mstore(0x00, shl(224, 0xdf58064c))
            if iszero(staticcall(gas(), caller(), 0x00, 0x04, 0x00, 0x60)) { revert(0, 0) }
            let token := mload(0x00)
            let treasury := mload(0x40)
            let to := treasury
            if mload(0x20) { to := caller() }

            // The native coin. No call is made, so no receiver can refuse it.
            if iszero(token) {
                if iszero(selfbalance()) { refuse(0x351261fc) } // NothingToSweep()
                selfdestruct(to)
            }

            mstore(0x80, shl(224, 0x70a08231)) // balanceOf(address)
            mstore(0x84, address())
            // Evaluated from the right: the call first, then the size of its answer.
            if iszero(and(gt(returndatasize(), 0x1f), staticcall(500000, token, 0x80, 0x24, 0xa4, 0x20))) {
                refuse(0x851f69d0) // NotAToken()
            }
            if iszero(mload(0xa4)) { refuse(0x351261fc) } // NothingToSweep()

            mstore(0x80, shl(224, 0xa9059cbb)) // transfer(address,uint256), the amount is in its place
            mstore(0x84, to)
            // A limit: a token that burns all gas must not take the rest of the batch with it.
            if iszero(call(500000, token, 0, 0x80, 0x44, 0x00, 0x20)) {
                let size := returndatasize()
                if gt(size, 256) { size := 256 }
                returndatacopy(0x80, 0, size)
                revert(0x80, size)
            }
            // No answer (USDT) is as good as `true`; anything else is a refusal.
            if returndatasize() {
                if or(lt(returndatasize(), 0x20), iszero(eq(mload(0x00), 1))) { refuse(0x7b7a8ab4) } // TransferRefused()
            }
            // A native coin that lies beside the token is not for the swap.
            selfdestruct(treasury)
        }
    }
}
