// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Sweeper} from "./Sweeper.sol";

interface IWrappedNative {
    function deposit() external payable;
}

/// @notice Uniswap V3's SwapRouter.
interface IV3Router {
    struct ExactInputParams {
        bytes path;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    function exactInput(ExactInputParams calldata params) external payable returns (uint256 amountOut);
}

/// @notice Uniswap V3's SwapRouter02, which leaves the deadline to its caller.
interface IV3RouterWithoutDeadline {
    struct ExactInputParams {
        bytes path;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    function exactInput(ExactInputParams calldata params) external payable returns (uint256 amountOut);
}

/// @notice Uniswap V2's Router02.
interface IV2Router {
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external;
}

/// @title Deposit addresses, one per invoice, and their way into the treasury.
/// @notice A deposit address is CREATE2(this factory, salt, sweeper's init code). The salt commits to
///         the invoice's terms. Nothing is deployed until money is collected; then the sweeper is
///         created at the address, moves what lies there and is gone at the end of the transaction.
/// @dev All amounts are base units of the token they belong to (wei for the native coin, which is
///      written as the zero address); all times are Unix seconds.
///
///      The only constructor argument is the admin, so that the deterministic deployer gives the same
///      factory address on every chain. An operator can move money only from deposit addresses to the
///      treasury, through routers that the admin listed, and to payees that a deposit swept in the
///      same transaction commits to.
///
///      One ERC-20 per salt and transaction: a destroyed sweeper's address is free again only in the
///      next transaction. The native coin of an address always goes along.
contract DepositFactory {
    // ------------------------------------------------------------------ what is said and refused

    error NotAdmin(address caller);
    error NotPendingAdmin(address caller);
    error NotOperator(address caller);
    error Reentered();
    error ZeroAddress();
    error TreasuryNotSet();
    /// @param deadline last second in which the call was wanted
    /// @param blockTime the block's timestamp
    error DeadlinePassed(uint256 deadline, uint256 blockTime);
    error RouterNotAllowed(address router);
    error WrongPath();
    error NoFloor();
    error WrappedNativeNotSet();
    /// @param received base units of the token out that arrived
    /// @param floor base units that had to arrive at least
    error BelowFloor(uint256 received, uint256 floor);
    error PayoutNotCommitted(bytes32 salt);
    error InsufficientOut(uint256 available, uint256 wanted);
    error MoveFailed(address token, address to, bytes reason);

    // Reasons inside `SweepFailed` and `PayoutFailed` (a token's own reason is passed on, cut at 256 bytes).
    error NothingToSweep();
    error NothingArrived();
    error NotAToken();
    error AlreadySwept();
    error NotSwept();
    error TransferRefused();

    /// @param amount base units by which the receiver's balance grew
    event Swept(bytes32 indexed salt, address indexed token, uint256 amount);
    event SweepFailed(bytes32 indexed salt, address indexed token, bytes reason);
    /// @param amountIn base units of `tokenIn` given
    /// @param amountOut base units of `tokenOut` by which the receiver's balance grew
    event Swapped(
        address indexed tokenIn, address indexed tokenOut, address indexed router, uint256 amountIn, uint256 amountOut
    );
    event PaidOut(bytes32 indexed salt, address indexed payee, address indexed token, uint256 amount);
    event PayoutFailed(
        bytes32 indexed salt, address indexed payee, address indexed token, uint256 amount, bytes reason
    );
    event Recovered(address indexed token, uint256 amount);
    event AdminProposed(address indexed admin);
    event AdminChanged(address indexed admin);
    event TreasuryChanged(address indexed treasury);
    event OperatorChanged(address indexed operator, bool allowed);
    event RouterChanged(address indexed router, RouterKind kind);
    event WrappedNativeChanged(address indexed wrappedNative);

    // ------------------------------------------------------------------ types

    enum RouterKind {
        NONE,
        V3,
        V3_WITHOUT_DEADLINE,
        V2
    }

    struct SweepItem {
        bytes32 salt;
        /// The zero address is the native coin.
        address token;
    }

    /// @notice What a salt commits to.
    struct InvoiceTerms {
        /// The invoice's UUID as a number, left-padded.
        bytes32 invoiceId;
        /// The shop's payout address.
        address payee;
        address settlementToken;
        /// Base units of `settlementToken` owed.
        uint256 amount;
        /// Last second in which the locked rate holds.
        uint64 lockEnd;
    }

    struct Swap {
        /// The zero address: no swap, the token swept is the settlement token.
        address router;
        /// Packed: token, fee (3 bytes), token, ... for V3; token, token, ... for V2.
        bytes path;
        /// Base units expected to be swept, to which `minOut` belongs.
        uint256 amountIn;
        /// Base units of the token out that `amountIn` must bring at least, from our own fair value.
        /// It is scaled to what was really swept: a failed item does not undo the others.
        uint256 minOut;
    }

    struct Payout {
        InvoiceTerms terms;
        /// Base units of the settlement token.
        uint256 amount;
    }

    /// @dev What stays the same from item to item, and the balances as last seen.
    struct Collection {
        bytes initCode;
        address treasury;
        address token;
        address tokenTo;
        address nativeTo;
        uint256 tokenBalance;
        uint256 nativeBalance;
    }

    // ------------------------------------------------------------------ state

    /// @notice Part of every salt: a new layout of the terms gets a new name.
    bytes32 public constant INVOICE_TYPEHASH = keccak256(
        "TillwayInvoiceV1(bytes32 invoiceId,address payee,address settlementToken,uint256 amount,uint64 lockEnd)"
    );

    address private constant NATIVE = address(0);
    /// @dev Gas one call into a token may use, so that no token can starve the rest of a batch.
    uint256 private constant TOKEN_GAS = 500_000;
    /// @dev Bytes of a reason that are kept, so that no token can make the batch pay for more.
    uint256 private constant REASON_BYTES = 256;

    // A salt's way through one transaction.
    uint256 private constant UNTOUCHED = 0;
    uint256 private constant FAILED = 1;
    uint256 private constant EMPTY = 2; // created, but nothing arrived: its address is taken until the end
    uint256 private constant SWEPT = 3;
    uint256 private constant TO_FACTORY = 1 << 160;
    uint256 private constant MARK_TAG = uint256(keccak256("tillway.deposit-factory.mark"));

    /// @notice keccak256 of the sweeper's init code, from which deposit addresses are derived.
    bytes32 public immutable sweeperInitCodeHash;

    address public admin;
    address public pendingAdmin;
    /// @notice Where everything that is swept goes.
    address public treasury;
    /// @notice The token that stands for the native coin in pools.
    address public wrappedNative;
    mapping(address => bool) public isOperator;
    mapping(address => RouterKind) public routerKind;

    uint256 private transient _entered;
    /// @dev The token in the low 160 bits, `TO_FACTORY` above: one read for each of a hundred items.
    uint256 private transient _orderAim;

    modifier onlyAdmin() {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
        _;
    }

    modifier onlyOperator(uint256 deadline) {
        if (!isOperator[msg.sender]) revert NotOperator(msg.sender);
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        if (_entered != 0) revert Reentered();
        _entered = 1;
        _;
        _entered = 0;
    }

    constructor(address admin_) {
        if (admin_ == address(0)) revert ZeroAddress();
        admin = admin_;
        sweeperInitCodeHash = keccak256(type(Sweeper).creationCode);
        emit AdminChanged(admin_);
    }

    // ------------------------------------------------------------------ addresses

    /// @notice Where the invoice with this salt is paid, on every chain that has this factory.
    function depositAddress(bytes32 salt) public view returns (address deposit) {
        bytes32 hash = sweeperInitCodeHash;
        assembly ("memory-safe") {
            let end := mload(0x40)
            mstore(end, shl(248, 0xff))
            mstore(add(end, 0x01), shl(96, address()))
            mstore(add(end, 0x15), salt)
            mstore(add(end, 0x35), hash)
            deposit := and(keccak256(end, 0x55), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    /// @notice The salt that commits to an invoice's terms (EIP-712's hashStruct of `TillwayInvoiceV1`).
    function invoiceSalt(InvoiceTerms calldata terms) public pure returns (bytes32) {
        return keccak256(
            abi.encode(
                INVOICE_TYPEHASH, terms.invoiceId, terms.payee, terms.settlementToken, terms.amount, terms.lockEnd
            )
        );
    }

    /// @notice What the sweeper being created has to move; read by its init code.
    /// @return token zero for the native coin
    /// @return toFactory whether it goes to this factory, for a swap, and not to the treasury
    function sweepOrder() external view returns (address token, bool toFactory, address treasury_) {
        uint256 aim = _orderAim;
        return (address(uint160(aim)), aim >= TO_FACTORY, treasury);
    }

    // ------------------------------------------------------------------ collecting

    /// @notice Sweep one deposit address. A failure is an event, as in a batch.
    /// @return arrived base units by which the treasury's balance grew
    function sweep(bytes32 salt, address token, uint256 deadline)
        external
        onlyOperator(deadline)
        returns (uint256 arrived)
    {
        Collection memory run = _begin();
        _aim(run, token, run.treasury);
        return _sweep(run, salt);
    }

    /// @notice Sweep many deposit addresses; one that fails is reported and passed over.
    /// @dev Cheapest with items of one token side by side.
    /// @return swept how many items arrived
    function sweepBatch(SweepItem[] calldata items, uint256 deadline)
        external
        onlyOperator(deadline)
        returns (uint256 swept)
    {
        Collection memory run = _begin();
        for (uint256 i; i < items.length; ++i) {
            if (i == 0 || items[i].token != run.token) _aim(run, items[i].token, run.treasury);
            if (_sweep(run, items[i].salt) != 0) ++swept;
        }
    }

    /// @notice Sweep many deposits of one token: as `sweepBatch`, with less to send.
    /// @return arrived base units by which the treasury's balance grew
    function sweepToken(bytes32[] calldata salts, address token, uint256 deadline)
        external
        onlyOperator(deadline)
        returns (uint256 arrived)
    {
        Collection memory run = _begin();
        return _collect(run, salts, token, run.treasury);
    }

    /// @notice Sweep many deposits of one token and swap their sum into the treasury.
    /// @dev Items are isolated, the swap is not: if it fails or stays below its floor everything
    ///      reverts and the deposits stay where they were. So a transaction has one outcome to book.
    /// @return amountOut base units of the token out by which the treasury's balance grew
    function sweepAndSwap(bytes32[] calldata salts, address token, Swap calldata swap, uint256 deadline)
        external
        onlyOperator(deadline)
        returns (uint256 amountOut)
    {
        Collection memory run = _begin();
        uint256 total = _collect(run, salts, token, address(this));
        if (total == 0) return 0;
        (, amountOut) = _convert(token, total, swap, run.treasury, deadline);
    }

    /// @notice Sweep many deposits of one token, swap their sum, pay shops from it; the treasury gets the rest.
    /// @dev A payee and settlement token must be those that a salt swept in this transaction commits to.
    ///      A payee that cannot be paid (a blacklist) or whose deposit failed is reported and passed
    ///      over. A swap below its floor, or payouts above what came out, revert everything.
    /// @return amountOut base units of the token out that the swap brought
    function sweepSwapPay(
        bytes32[] calldata salts,
        address token,
        Swap calldata swap,
        Payout[] calldata payouts,
        uint256 deadline
    ) external onlyOperator(deadline) returns (uint256 amountOut) {
        Collection memory run = _begin();
        uint256 total = _collect(run, salts, token, address(this));
        address tokenOut;
        if (total != 0) (tokenOut, amountOut) = _convert(token, total, swap, address(this), deadline);
        uint256 left = amountOut;
        for (uint256 i; i < payouts.length; ++i) {
            left -= _pay(payouts[i], tokenOut, left);
        }
        if (left != 0) _move(tokenOut, run.treasury, left);
    }

    /// @notice Send to the treasury what lies at the factory itself.
    function recover(address token, uint256 deadline) external onlyOperator(deadline) returns (uint256 amount) {
        address to = treasury;
        if (to == address(0)) revert TreasuryNotSet();
        if (token == NATIVE) {
            amount = address(this).balance;
            (bool sent,) = to.call{value: amount}("");
            if (!sent) revert MoveFailed(NATIVE, to, "");
        } else {
            amount = _balanceOrRevert(token, address(this));
            _move(token, to, amount);
        }
        emit Recovered(token, amount);
    }

    // ------------------------------------------------------------------ the admin's

    function setTreasury(address treasury_) external onlyAdmin {
        if (treasury_ == address(0)) revert ZeroAddress();
        treasury = treasury_;
        emit TreasuryChanged(treasury_);
    }

    function setOperator(address operator, bool allowed) external onlyAdmin {
        isOperator[operator] = allowed;
        emit OperatorChanged(operator, allowed);
    }

    function setRouter(address router, RouterKind kind) external onlyAdmin {
        if (router == address(0)) revert ZeroAddress();
        routerKind[router] = kind;
        emit RouterChanged(router, kind);
    }

    function setWrappedNative(address wrappedNative_) external onlyAdmin {
        wrappedNative = wrappedNative_;
        emit WrappedNativeChanged(wrappedNative_);
    }

    /// @notice First step of handing over; nothing changes until the new admin accepts.
    function proposeAdmin(address admin_) external onlyAdmin {
        pendingAdmin = admin_;
        emit AdminProposed(admin_);
    }

    function acceptAdmin() external {
        if (msg.sender != pendingAdmin) revert NotPendingAdmin(msg.sender);
        admin = msg.sender;
        pendingAdmin = address(0);
        emit AdminChanged(msg.sender);
    }

    // ------------------------------------------------------------------ sweeping, inside

    function _begin() private view returns (Collection memory run) {
        run.treasury = treasury;
        if (run.treasury == address(0)) revert TreasuryNotSet();
        run.initCode = type(Sweeper).creationCode;
    }

    /// @dev Direct the following items: which token, and to whom.
    function _aim(Collection memory run, address token, address to) private {
        run.token = token;
        run.tokenTo = to;
        // A native coin that lies beside the token is not for the swap: it goes to the treasury.
        run.nativeTo = token == NATIVE ? to : run.treasury;
        if (token != NATIVE) (, run.tokenBalance) = _balanceOf(token, to);
        run.nativeBalance = run.nativeTo.balance;
        _orderAim = uint160(token) | (to == address(this) ? TO_FACTORY : 0);
    }

    /// @dev Sweep deposits of one token. Returns the base units that arrived.
    function _collect(Collection memory run, bytes32[] calldata salts, address token, address to)
        private
        returns (uint256 total)
    {
        _aim(run, token, to);
        for (uint256 i; i < salts.length; ++i) {
            total += _sweep(run, salts[i]);
        }
    }

    function _sweep(Collection memory run, bytes32 salt) private returns (uint256 arrived) {
        address token = run.token;
        // Creating the same address twice in a transaction would burn all gas.
        uint256 slot = _markSlot(salt);
        if (_mark(slot) >= EMPTY) {
            emit SweepFailed(salt, token, abi.encodePacked(AlreadySwept.selector));
            return 0;
        }

        bytes memory initCode = run.initCode;
        address created;
        assembly ("memory-safe") {
            created := create2(0, add(initCode, 0x20), mload(initCode), salt)
        }
        if (created == address(0)) {
            _setMark(slot, FAILED);
            emit SweepFailed(salt, token, _reason());
            return 0;
        }

        uint256 balance = run.nativeTo.balance;
        if (balance != run.nativeBalance) {
            arrived = _grown(run.nativeBalance, balance);
            run.nativeBalance = balance;
        }
        if (token != NATIVE) {
            if (arrived != 0) emit Swept(salt, NATIVE, arrived);
            (, balance) = _balanceOf(token, run.tokenTo);
            arrived = _grown(run.tokenBalance, balance);
            run.tokenBalance = balance;
        }

        if (arrived == 0) {
            _setMark(slot, EMPTY);
            emit SweepFailed(salt, token, abi.encodePacked(NothingArrived.selector));
            return 0;
        }
        _setMark(slot, SWEPT);
        emit Swept(salt, token, arrived);
    }

    /// @dev Where a salt's mark lies in transient storage; hashed, so that no salt meets another variable.
    function _markSlot(bytes32 salt) private pure returns (uint256 slot) {
        uint256 tag = MARK_TAG;
        assembly ("memory-safe") {
            mstore(0x00, salt)
            mstore(0x20, tag)
            slot := keccak256(0x00, 0x40)
        }
    }

    function _mark(uint256 slot) private view returns (uint256 mark) {
        assembly ("memory-safe") {
            mark := tload(slot)
        }
    }

    function _setMark(uint256 slot, uint256 mark) private {
        assembly ("memory-safe") {
            tstore(slot, mark)
        }
    }

    function _grown(uint256 before, uint256 afterwards) private pure returns (uint256) {
        return afterwards > before ? afterwards - before : 0;
    }

    // ------------------------------------------------------------------ swapping and paying, inside

    /// @dev Swap `total` base units, all of it at the factory, to `to`.
    function _convert(address token, uint256 total, Swap calldata swap, address to, uint256 deadline)
        private
        returns (address tokenOut, uint256 amountOut)
    {
        if (swap.amountIn == 0 || swap.minOut == 0) revert NoFloor();
        // Rounded up: never a base unit below the price that was asked for.
        uint256 floor = (swap.minOut * total + swap.amountIn - 1) / swap.amountIn;

        address tokenIn = token;
        if (token == NATIVE) {
            tokenIn = wrappedNative;
            if (tokenIn == address(0)) revert WrappedNativeNotSet();
            IWrappedNative(tokenIn).deposit{value: total}();
        }

        if (swap.router == address(0)) {
            tokenOut = tokenIn;
            amountOut = to == address(this) ? total : _moveMeasured(tokenIn, to, total);
            if (amountOut < floor) revert BelowFloor(amountOut, floor);
            return (tokenOut, amountOut);
        }

        tokenOut = _endOfPath(swap, tokenIn);
        uint256 before = _balanceOrRevert(tokenOut, to);
        uint256 used = _exchange(tokenIn, total, swap, to, floor, deadline);
        amountOut = _grown(before, _balanceOrRevert(tokenOut, to));
        if (amountOut < floor) revert BelowFloor(amountOut, floor);
        emit Swapped(tokenIn, tokenOut, swap.router, used, amountOut);
    }

    /// @dev Let the router take up to `total`. Returns the base units that it took.
    function _exchange(address tokenIn, uint256 total, Swap calldata swap, address to, uint256 floor, uint256 deadline)
        private
        returns (uint256)
    {
        uint256 rest = _balanceOrRevert(tokenIn, address(this)) - total;
        _approve(tokenIn, swap.router, total);
        _route(swap, to, total, floor, deadline);

        // A pool that ran dry takes only a part; what it left is the treasury's.
        uint256 unused = _grown(rest, _balanceOrRevert(tokenIn, address(this)));
        if (unused != 0) {
            _approve(tokenIn, swap.router, 0);
            _move(tokenIn, treasury, unused);
        }
        return total - unused;
    }

    function _route(Swap calldata swap, address to, uint256 amountIn, uint256 floor, uint256 deadline) private {
        RouterKind kind = routerKind[swap.router];
        if (kind == RouterKind.V3) {
            IV3Router(swap.router).exactInput(IV3Router.ExactInputParams(swap.path, to, deadline, amountIn, floor));
        } else if (kind == RouterKind.V3_WITHOUT_DEADLINE) {
            IV3RouterWithoutDeadline(swap.router)
                .exactInput(IV3RouterWithoutDeadline.ExactInputParams(swap.path, to, amountIn, floor));
        } else {
            IV2Router(swap.router)
                .swapExactTokensForTokensSupportingFeeOnTransferTokens(
                    amountIn, floor, _unpack(swap.path), to, deadline
                );
        }
    }

    /// @dev The last token of a path that fits its router and starts with `tokenIn`.
    function _endOfPath(Swap calldata swap, address tokenIn) private view returns (address tokenOut) {
        RouterKind kind = routerKind[swap.router];
        if (kind == RouterKind.NONE) revert RouterNotAllowed(swap.router);
        bytes calldata path = swap.path;
        uint256 hop = kind == RouterKind.V2 ? 20 : 23;
        if (path.length < 20 + hop || (path.length - 20) % hop != 0) revert WrongPath();
        tokenOut = address(bytes20(path[path.length - 20:]));
        if (address(bytes20(path[:20])) != tokenIn || tokenOut == tokenIn) revert WrongPath();
    }

    function _unpack(bytes calldata path) private pure returns (address[] memory tokens) {
        tokens = new address[](path.length / 20);
        for (uint256 i; i < tokens.length; ++i) {
            tokens[i] = address(bytes20(path[20 * i:20 * i + 20]));
        }
    }

    /// @dev Returns the base units that left.
    function _pay(Payout calldata payout, address token, uint256 available) private returns (uint256) {
        InvoiceTerms calldata terms = payout.terms;
        bytes32 salt = invoiceSalt(terms);
        uint256 mark = _mark(_markSlot(salt));
        if (mark == UNTOUCHED) revert PayoutNotCommitted(salt);
        if (mark != SWEPT) {
            emit PayoutFailed(
                salt, terms.payee, terms.settlementToken, payout.amount, abi.encodePacked(NotSwept.selector)
            );
            return 0;
        }
        if (terms.settlementToken != token) revert PayoutNotCommitted(salt);
        if (payout.amount > available) revert InsufficientOut(available, payout.amount);
        (bool moved, bytes memory reason) = _tryMove(token, terms.payee, payout.amount);
        if (!moved) {
            emit PayoutFailed(salt, terms.payee, token, payout.amount, reason);
            return 0;
        }
        emit PaidOut(salt, terms.payee, token, payout.amount);
        return payout.amount;
    }

    // ------------------------------------------------------------------ tokens, as they come

    /// @dev `known` is false where no token answers.
    function _balanceOf(address token, address owner) private view returns (bool known, uint256 units) {
        uint256 limit = TOKEN_GAS;
        assembly ("memory-safe") {
            mstore(0x00, shl(224, 0x70a08231)) // balanceOf(address)
            mstore(0x04, owner)
            // Evaluated from the right: the call first, then the size of its answer.
            known := and(gt(returndatasize(), 0x1f), staticcall(limit, token, 0x00, 0x24, 0x00, 0x20))
            if known { units := mload(0x00) }
        }
    }

    function _balanceOrRevert(address token, address owner) private view returns (uint256 balance) {
        bool known;
        (known, balance) = _balanceOf(token, owner);
        if (!known) revert NotAToken();
    }

    function _tryMove(address token, address to, uint256 amount) private returns (bool moved, bytes memory reason) {
        return _tryCall(token, abi.encodeWithSelector(0xa9059cbb, to, amount)); // transfer(address,uint256)
    }

    function _move(address token, address to, uint256 amount) private {
        (bool moved, bytes memory reason) = _tryMove(token, to, amount);
        if (!moved) revert MoveFailed(token, to, reason);
    }

    function _moveMeasured(address token, address to, uint256 amount) private returns (uint256) {
        uint256 before = _balanceOrRevert(token, to);
        _move(token, to, amount);
        return _grown(before, _balanceOrRevert(token, to));
    }

    function _approve(address token, address spender, uint256 amount) private {
        bytes memory call = abi.encodeWithSelector(0x095ea7b3, spender, amount); // approve(address,uint256)
        (bool approved, bytes memory reason) = _tryCall(token, call);
        if (approved) return;
        // Some tokens change an allowance only from zero.
        (approved,) = _tryCall(token, abi.encodeWithSelector(0x095ea7b3, spender, 0));
        if (approved) (approved, reason) = _tryCall(token, call);
        if (!approved) revert MoveFailed(token, spender, reason);
    }

    /// @dev A call that a token may answer with nothing or with `true`.
    function _tryCall(address token, bytes memory data) private returns (bool done, bytes memory reason) {
        uint256 limit = TOKEN_GAS;
        uint256 size;
        uint256 answer;
        assembly ("memory-safe") {
            done := call(limit, token, 0, add(data, 0x20), mload(data), 0x00, 0x20)
            size := returndatasize()
            answer := mload(0x00)
        }
        if (!done) return (false, _reason());
        if (size == 0) done = token.code.length != 0;
        else done = size > 31 && answer == 1;
        if (!done) reason = abi.encodePacked(TransferRefused.selector);
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
