// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WalletQuestion} from "../src/WalletQuestion.sol";
import {TestBase} from "./TestBase.sol";
import {EchoWallet, GreedyWallet, KeyWallet, LateWallet, OddFactory} from "./wallets/Wallets.sol";

contract WalletQuestionTest is TestBase {
    uint256 private constant KEY = 0xA11CE;
    uint256 private constant OTHER_KEY = 0xB0B;
    bytes32 private constant DIGEST = keccak256("what is signed");
    bytes32 private constant SALT = keccak256("salt");
    uint256 private constant NO = 0;
    uint256 private constant YES = 1;
    uint256 private constant YES_AFTER_THE_CALL = 2;

    address private owner;
    address private undeployed;
    OddFactory private factory;

    function setUp() public {
        owner = vm.addr(KEY);
        factory = new OddFactory();
        undeployed = factory.walletOf(owner, SALT);
    }

    function test_a_wallet_with_code_is_asked_as_it_stands() public {
        address wallet = address(new KeyWallet(owner));
        equal(plain(wallet, signed(KEY)), YES, "its owner's");
        equal(plain(wallet, signed(OTHER_KEY)), NO, "somebody else's");
        equal(plain(wallet, ""), NO, "none");
    }

    function test_a_wallet_is_deployed_for_the_question() public {
        bytes memory create = abi.encodeCall(factory.create, (owner, SALT));
        equal(plain(undeployed, signed(KEY)), NO, "no code");
        equal(wrapped(undeployed, signed(KEY), address(factory), create), YES_AFTER_THE_CALL, "deployed");
        equal(factory.made(), 1, "once");
    }

    function test_one_that_is_there_already_needs_no_call() public {
        factory.create(owner, SALT);
        bytes memory create = abi.encodeCall(factory.create, (owner, SALT));
        equal(wrapped(undeployed, signed(KEY), address(factory), create), YES, "as it stands");
        equal(factory.made(), 1, "the factory was not called again");
    }

    function test_one_that_is_not_ready_is_made_so_and_asked_again() public {
        LateWallet late = new LateWallet(owner);
        bytes memory migrate = abi.encodeCall(late.migrate, ());
        equal(plain(address(late), signed(KEY)), NO, "not ready");
        equal(wrapped(address(late), signed(OTHER_KEY), address(late), migrate), NO, "somebody else's");
        equal(wrapped(address(new LateWallet(owner)), signed(KEY), address(late), migrate), NO, "another's call");
        LateWallet second = new LateWallet(owner);
        equal(wrapped(address(second), signed(KEY), address(second), migrate), YES_AFTER_THE_CALL, "made ready");
    }

    function test_another_owners_wallet_is_at_another_address() public {
        bytes memory create = abi.encodeCall(factory.create, (vm.addr(OTHER_KEY), SALT));
        equal(wrapped(undeployed, signed(OTHER_KEY), address(factory), create), NO, "not at this one");
    }

    function test_a_factory_that_lies_refuses_or_burns_makes_no_wallet() public {
        address odd = address(factory);
        bytes memory ours = signed(KEY);
        equal(wrapped(undeployed, ours, odd, abi.encodeCall(factory.refuse, (owner, SALT))), NO, "refuses");
        equal(wrapped(undeployed, ours, odd, abi.encodeCall(factory.lie, ())), NO, "lies");
        equal(wrapped(undeployed, ours, odd, abi.encodeCall(factory.burn, ())), NO, "burns");
        equal(wrapped(undeployed, ours, odd, hex"deadbeef"), NO, "does not know the call");
        equal(wrapped(undeployed, ours, address(0xF00), ""), NO, "is nobody");
        equal(factory.made(), 0, "nothing was made");
    }

    function test_a_wallet_answers_with_one_word_within_its_gas() public {
        equal(plain(address(new EchoWallet()), signed(KEY)), NO, "an echo");
        equal(plain(address(new GreedyWallet()), signed(KEY)), NO, "greedy");
        equal(plain(address(factory), signed(KEY)), NO, "no wallet at all");
    }

    function test_fuzz_only_the_owners_signature_is_its_own(uint256 key, bytes32 digest) public {
        key = bounded(key, 1, type(uint128).max);
        vm.assume(key != KEY);
        address wallet = address(new KeyWallet(owner));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        equal(said(wallet, digest, abi.encodePacked(r, s, v), address(0), ""), NO, "another key's");
        (v, r, s) = vm.sign(KEY, digest);
        equal(said(wallet, digest, abi.encodePacked(r, s, v), address(0), ""), YES, "its owner's");
    }

    // ------------------------------------------------------------------ asking

    function signed(uint256 key) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, DIGEST);
        return abi.encodePacked(r, s, v);
    }

    function plain(address wallet, bytes memory signature) private returns (uint256) {
        return said(wallet, DIGEST, signature, address(0), "");
    }

    function wrapped(address wallet, bytes memory signature, address called, bytes memory data)
        private
        returns (uint256)
    {
        return said(wallet, DIGEST, signature, called, data);
    }

    /// @dev What the question leaves as code is what a node would answer.
    function said(address wallet, bytes32 digest, bytes memory signature, address called, bytes memory data)
        private
        returns (uint256)
    {
        return uint256(bytes32(address(new WalletQuestion(wallet, digest, signature, called, data)).code));
    }
}
