// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Asks a contract wallet whether a signature is its own, even before the wallet is deployed.
/// @notice Nothing of this is ever deployed: a node runs it as the init code of an `eth_call`, and what
///         it would leave as code is its answer, one word. Whatever a factory does on the way is gone
///         when the call ends.
/// @dev Written from ERC-1271 and ERC-6492, in the order that the latter's verifiers keep: the wallet as
///      it stands, then the call that came with the signature (the factory's, which deploys it, or one
///      that makes it ready), then the wallet again. Keys (`ecrecover`) are for whoever asks.
///
///      The wallet, the factory and the data are whoever's who signs. So each call has its own limit of
///      gas, which leaves enough for what comes after it, and no answer is copied beyond one word.
contract WalletQuestion {
    /// @dev The answers. The first byte of a word is zero, as code must not begin with 0xEF (EIP-3541).
    uint256 private constant NO = 0;
    uint256 private constant YES = 1;
    uint256 private constant YES_AFTER_THE_CALL = 2;

    /// @dev isValidSignature(bytes32,bytes), and what it answers for yes, as ABI pads it.
    bytes4 private constant IS_VALID_SIGNATURE = 0x1626ba7e;
    bytes32 private constant IS_VALID = bytes32(IS_VALID_SIGNATURE);

    /// @dev Gas for one answer of the wallet; a passkey checked in Solidity takes some 400,000.
    uint256 private constant ANSWER_GAS = 2_500_000;
    /// @dev Gas for the call that came with the signature.
    uint256 private constant CALL_GAS = 5_000_000;

    /// @param wallet whose signature it is said to be
    /// @param digest the 32 bytes that were signed
    /// @param signature as the wallet itself takes it, without what ERC-6492 wraps around it
    /// @param called the factory, or whom ERC-6492 calls to make the wallet ready; zero: nobody
    /// @param data what it is called with
    constructor(address wallet, bytes32 digest, bytes memory signature, address called, bytes memory data) {
        uint256 said = _said(wallet, abi.encodeWithSelector(IS_VALID_SIGNATURE, digest, signature), called, data);
        assembly ("memory-safe") {
            mstore(0x00, said)
            return(0x00, 0x20)
        }
    }

    function _said(address wallet, bytes memory question, address called, bytes memory data)
        private
        returns (uint256)
    {
        if (_says(wallet, question)) return YES;
        if (called == address(0)) return NO;
        uint256 limit = CALL_GAS;
        assembly ("memory-safe") {
            // Whether it went well is seen by what the wallet says then.
            pop(call(limit, called, 0, add(data, 0x20), mload(data), 0x00, 0x00))
        }
        return _says(wallet, question) ? YES_AFTER_THE_CALL : NO;
    }

    /// @dev Exactly the one word: an address without code answers nothing, an echo more.
    function _says(address wallet, bytes memory question) private view returns (bool isValid) {
        uint256 limit = ANSWER_GAS;
        bytes32 yes = IS_VALID;
        assembly ("memory-safe") {
            let answered := staticcall(limit, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            isValid := and(answered, and(eq(returndatasize(), 0x20), eq(mload(0x00), yes)))
        }
    }
}
