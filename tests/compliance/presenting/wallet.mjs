// What JavaScript's library makes of credentials: one command as JSON on stdin, its answer on stdout.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { StatusList } from "@sd-jwt/jwt-status-list";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";

const told = JSON.parse(await new Response(process.stdin).text());

const signer = (jwk) => (data) =>
  sign("sha256", Buffer.from(data), {
    key: createPrivateKey({ key: jwk, format: "jwk" }),
    dsaEncoding: "ieee-p1363",
  }).toString("base64url");

const verifier = (jwk) => (data, signature) =>
  verify(
    "sha256",
    Buffer.from(data),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );

const common = {
  hasher: (data, alg) => createHash(alg.replace("-", "")).update(data).digest(),
  hashAlg: "sha-256",
  saltGenerator: (length) => randomBytes(length).toString("base64url").slice(0, length),
  signAlg: "ES256",
  kbSignAlg: "ES256",
};

const commands = {
  issue: ({ claims, hidden, key, header }) =>
    new SDJwtVcInstance({ ...common, signer: signer(key) }).issue(
      claims,
      { _sd: hidden },
      { header },
    ),
  present: ({ credential, shown, holder, binding }) =>
    new SDJwtVcInstance({ ...common, kbSigner: signer(holder) }).present(
      credential,
      Object.fromEntries(shown.map((name) => [name, true])),
      { kb: { payload: binding } },
    ),
  verify: ({ presentation, key, holder, nonce, list }) =>
    new SDJwtVcInstance({
      ...common,
      verifier: verifier(key),
      kbVerifier: (data, signature) => verifier(holder)(data, signature),
      statusVerifier: verifier(key),
      statusListFetcher: () => Promise.resolve(list),
    }).verify(presentation, { keyBindingNonce: nonce }),
  list: ({ values, bits }) => new StatusList(values, bits).compressStatusList(),
  values: ({ lst, bits }) => StatusList.decompressStatusList(lst, bits).statusList,
};

try {
  const answer = await commands[told.command](told);
  process.stdout.write(JSON.stringify({ answer }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: String(error.message) }));
}
