// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Signed firm orders: a maker's word, settled against tokens in one transaction.
/// @notice A maker signs what it gives for what it gets, for one taker and until a time. The taker that
///         it named may have it done once, whole or not at all. The maker gives `tokenOut` by the
///         allowance that it gave this contract, and may take its word back by cancelling the nonce.
/// @dev All amounts are base units of the token they belong to; times are Unix seconds. There is no
///      admin, no fee, no state but the used nonces, and nothing stays here: both tokens go straight
///      from one side to the other. Makers are accounts with a key (no EIP-1271): so whoever holds an
///      order can check it without asking a chain.
///
///      What moves is measured on both sides. A token that gives or takes another amount than it was
///      told to (a fee on transfers, a rebase in between) is refused, whoever it would favour.
contract FirmOrders {
    // ------------------------------------------------------------------ what is said and refused

    error Reentered();
    error NotTaker(address caller);
    /// @param expiry last second in which the order holds
    /// @param blockTime the block's timestamp
    error OrderExpired(uint256 expiry, uint256 blockTime);
    error NothingToTrade();
    error SameSide();
    error NonceUsed(address maker, uint256 nonce);
    error BadSignature();
    error MoveFailed(address token, address from, address to, bytes reason);
    /// @param wanted base units that were to move
    /// @param left base units by which the giver's balance fell
    /// @param arrived base units by which the receiver's balance grew
    error NotExact(address token, uint256 wanted, uint256 left, uint256 arrived);

    event Filled(
        bytes32 indexed orderHash,
        address indexed maker,
        address indexed taker,
        address tokenIn,
        address tokenOut,
        uint256 amountIn,
        uint256 amountOut
    );
    /// @param word the nonces of which the mask tells: 256 · word up to 256 · word + 255
    event Cancelled(address indexed maker, uint256 word, uint256 mask);

    // ------------------------------------------------------------------ types

    struct Order {
        /// Who signed it: gives `tokenOut`, gets `tokenIn`.
        address maker;
        /// Who may have it done: gives `tokenIn`, gets `tokenOut`.
        address taker;
        address tokenIn;
        address tokenOut;
        uint256 amountIn;
        uint256 amountOut;
        /// Last second in which it holds.
        uint64 expiry;
        /// Any number that this maker has not used yet.
        uint256 nonce;
    }

    // ------------------------------------------------------------------ state

    bytes32 public constant ORDER_TYPEHASH = keccak256(
        "FirmOrder(address maker,address taker,address tokenIn,address tokenOut,uint256 amountIn,uint256 amountOut,uint64 expiry,uint256 nonce)"
    );
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("Tillway Firm Orders");
    bytes32 private constant VERSION_HASH = keccak256("1");

    /// @dev Half of secp256k1's order: of a signature's two forms only the one with the lower s counts.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    /// @dev Bytes of a reason that are kept.
    uint256 private constant REASON_BYTES = 256;

    /// @notice Used nonces by maker and word, one bit each.
    mapping(address => mapping(uint256 => uint256)) public usedNonces;

    uint256 private transient _entered;

    // ------------------------------------------------------------------ questions

    /// @notice EIP-712's domain of this contract on this chain, whatever chain it finds itself on.
    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
    }

    /// @notice What a maker signs.
    function orderHash(Order calldata order) public view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), keccak256(abi.encode(ORDER_TYPEHASH, order))));
    }

    function isUsed(address maker, uint256 nonce) external view returns (bool) {
        return usedNonces[maker][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    // ------------------------------------------------------------------ verbs

    /// @notice Give the order's `amountIn`, get its `amountOut`, both to the unit.
    /// @param signature r, s, v of the maker over `orderHash`, 65 bytes
    function fill(Order calldata order, bytes calldata signature) external {
        if (_entered != 0) revert Reentered();
        _entered = 1;
        if (msg.sender != order.taker) revert NotTaker(msg.sender);
        if (block.timestamp > order.expiry) revert OrderExpired(order.expiry, block.timestamp);
        if (order.amountIn == 0 || order.amountOut == 0) revert NothingToTrade();
        if (order.maker == order.taker || order.tokenIn == order.tokenOut) revert SameSide();
        bytes32 hash = orderHash(order);
        if (_signer(hash, signature) != order.maker) revert BadSignature();
        _use(order.maker, order.nonce);

        _move(order.tokenIn, order.taker, order.maker, order.amountIn);
        _move(order.tokenOut, order.maker, order.taker, order.amountOut);
        emit Filled(hash, order.maker, order.taker, order.tokenIn, order.tokenOut, order.amountIn, order.amountOut);
        _entered = 0;
    }

    /// @notice A maker takes back its word of this nonce. Of a used one there is nothing to take back.
    function cancel(uint256 nonce) external {
        _cancel(nonce >> 8, 1 << (nonce & 0xff));
    }

    /// @notice The same for up to 256 nonces at once: those of `word` whose bits are set in `mask`.
    function cancelMany(uint256 word, uint256 mask) external {
        _cancel(word, mask);
    }

    // ------------------------------------------------------------------ inside

    function _cancel(uint256 word, uint256 mask) private {
        usedNonces[msg.sender][word] |= mask;
        emit Cancelled(msg.sender, word, mask);
    }

    function _use(address maker, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = usedNonces[maker][nonce >> 8];
        if (word & bit != 0) revert NonceUsed(maker, nonce);
        usedNonces[maker][nonce >> 8] = word | bit;
    }

    /// @dev Never the zero address.
    function _signer(bytes32 hash, bytes calldata signature) private pure returns (address signer) {
        if (signature.length != 65) revert BadSignature();
        bytes32 r = bytes32(signature[:32]);
        bytes32 s = bytes32(signature[32:64]);
        if (uint256(s) > HALF_ORDER) revert BadSignature();
        signer = ecrecover(hash, uint8(signature[64]), r, s);
        if (signer == address(0)) revert BadSignature();
    }

    function _move(address token, address from, address to, uint256 amount) private {
        uint256 had = _balanceOf(token, from);
        uint256 has = _balanceOf(token, to);
        _transferFrom(token, from, to, amount);
        uint256 left = _difference(had, _balanceOf(token, from));
        uint256 arrived = _difference(_balanceOf(token, to), has);
        if (left != amount || arrived != amount) revert NotExact(token, amount, left, arrived);
    }

    function _difference(uint256 more, uint256 less) private pure returns (uint256) {
        return more > less ? more - less : 0;
    }

    function _balanceOf(address token, address owner) private view returns (uint256 units) {
        (bool answered, bytes memory answer) = token.staticcall(abi.encodeWithSelector(0x70a08231, owner));
        if (!answered || answer.length != 32) revert MoveFailed(token, owner, owner, "");
        return abi.decode(answer, (uint256));
    }

    /// @dev A token may answer with nothing (USDT) or with `true`; anything else is a refusal.
    function _transferFrom(address token, address from, address to, uint256 amount) private {
        bytes memory data = abi.encodeWithSelector(0x23b872dd, from, to, amount);
        bool done;
        uint256 size;
        uint256 answer;
        assembly ("memory-safe") {
            done := call(gas(), token, 0, add(data, 0x20), mload(data), 0x00, 0x20)
            size := returndatasize()
            answer := mload(0x00)
        }
        if (!done) revert MoveFailed(token, from, to, _reason());
        if (size == 0 ? token.code.length == 0 : size != 32 || answer != 1) revert MoveFailed(token, from, to, "");
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
