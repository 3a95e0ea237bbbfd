"""A wallet inside the browser, as an extension puts one there (EIP-6963 over EIP-1193)."""

from collections.abc import Callable
from typing import Any

from eth_account.messages import encode_defunct

SHOPPERS = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"
WALLET_JS = """
window.asked = [];
window.chain = '0x1';
window.accounts = %s;
const refused = (code) => Object.assign(new Error('no'), { code });
const provider = { request: async ({ method, params }) => {
  window.asked.push([method, params]);
  if (method === 'eth_requestAccounts' && !window.refuse) return window.accounts;
  if (method === 'eth_chainId') return window.chain;
  if (method === 'wallet_switchEthereumChain' && window.unknown) throw refused(4902);
  if (method === 'wallet_addEthereumChain') { window.unknown = false; return null; }
  if (method === 'wallet_switchEthereumChain') { window.chain = params[0].chainId; return null; }
  if (window.refuse) throw refused(4001);
  if (method === 'personal_sign') return window.signText(...params);
  return '0x' + '1'.repeat(64);
} };
const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail:
  { info: { uuid: 'u', name: 'Test Wallet', rdns: 'test.wallet', icon: '' }, provider } }));
addEventListener('eip6963:requestProvider', announce);
announce();
"""


def put_wallet(*accounts: str, sign: Callable[[str], bytes] | None = None) -> Callable[[Any], None]:
    """What prepares a page: a wallet in it with these accounts, which signs texts by ``sign``."""

    def sign_text(text: str, account: str) -> str:
        assert sign is not None and account in accounts
        return "0x" + sign(bytes.fromhex(text.removeprefix("0x")).decode()).hex()

    def prepare(page: Any) -> None:
        page.add_init_script(WALLET_JS % str(list(accounts or [SHOPPERS])))
        page.expose_function("signText", sign_text)

    return prepare


def signs(account: Any) -> Callable[[str], bytes]:
    """How an account with a key signs a text."""

    def sign(text: str) -> bytes:
        return bytes(account.sign_message(encode_defunct(text=text)).signature)

    return sign


def methods(page: Any) -> list[str]:
    """What the page has asked of the wallet, in order, since it was loaded."""
    return [method for method, _ in page.evaluate("window.asked")]
