// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A wallet of one key: what that key signed is its own (ERC-1271).
contract KeyWallet {
    address public immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) public view virtual returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        address signer =
            ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer != address(0) && signer == OWNER ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice One that takes signatures only once somebody has made it ready.
contract LateWallet is KeyWallet {
    bool public isReady;

    constructor(address owner) KeyWallet(owner) {}

    function migrate() external {
        isReady = true;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) public view override returns (bytes4) {
        require(isReady, "not ready");
        return super.isValidSignature(digest, signature);
    }
}

/// @notice Makes wallets at addresses that are known before (CREATE2), and remembers how many.
contract WalletFactory {
    uint256 public made;

    function create(address owner, bytes32 salt) public returns (address) {
        ++made;
        return address(new KeyWallet{salt: salt}(owner));
    }

    function createLate(address owner, bytes32 salt) external returns (address) {
        return address(new LateWallet{salt: salt}(owner));
    }

    function walletOf(address owner, bytes32 salt) external view returns (address) {
        return _at(salt, keccak256(abi.encodePacked(type(KeyWallet).creationCode, abi.encode(owner))));
    }

    function _at(bytes32 salt, bytes32 codeHash) internal view returns (address) {
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, codeHash));
        return address(uint160(uint256(hash)));
    }
}

/// @notice Factories that do what they should not.
contract OddFactory is WalletFactory {
    /// @notice Makes the wallet, and then undoes it all.
    function refuse(address owner, bytes32 salt) external {
        create(owner, salt);
        revert("refused");
    }

    /// @notice Makes nothing, and answers what a wallet would say for yes, over and over.
    function lie() external pure {
        assembly {
            for { let i := 0 } lt(i, 0x2000) { i := add(i, 0x20) } { mstore(i, shl(224, 0x1626ba7e)) }
            return(0, 0x2000)
        }
    }

    /// @notice Burns all gas that it is given.
    function burn() external {
        for (;;) {
            ++made;
        }
    }

    /// @notice Takes what it can from whoever calls, in its name, and makes the wallet.
    function take(address token, address from, uint256 units, address owner, bytes32 salt) external {
        (bool taken,) = token.call(abi.encodeWithSelector(0x23b872dd, from, address(this), units)); // transferFrom
        (taken,) = token.call(abi.encodeWithSelector(0x40c10f19, address(this), units)); // mint
        create(owner, salt);
    }
}

/// @notice Says to every question what it was asked: its first four bytes are those of a yes.
contract EchoWallet {
    fallback(bytes calldata question) external returns (bytes memory) {
        return question;
    }
}

/// @notice Says yes to whoever gives it enough gas to burn.
contract GreedyWallet {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 until = gasleft() > 4_000_000 ? gasleft() - 4_000_000 : 0;
        while (gasleft() > until) {}
        return this.isValidSignature.selector;
    }
}
