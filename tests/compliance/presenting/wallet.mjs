// What JavaScript's library makes of credentials: one command as JSON on stdin, its answer on stdout.
import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
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

const number = (value) => {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(value);
  return four;
};

/** A JWE by ECDH-ES, straight from RFC 7518, section 4.6. */
function encrypt({ payload, key, enc }) {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const shared = diffieHellman({
    privateKey: pair.privateKey,
    publicKey: createPublicKey({ key, format: "jwk" }),
  });
  const bits = enc === "A128GCM" ? 128 : 256;
  const derived = createHash("sha256")
    .update(Buffer.concat([number(1), shared, number(enc.length), Buffer.from(enc)]))
    .update(Buffer.concat([number(0), number(0), number(bits)]))
    .digest()
    .subarray(0, bits / 8);
  const header = Buffer.from(
    JSON.stringify({ alg: "ECDH-ES", enc, epk: pair.publicKey.export({ format: "jwk" }) }),
  ).toString("base64url");
  const nonce = randomBytes(12);
  const cipher = createCipheriv(`aes-${bits}-gcm`, derived, nonce).setAAD(Buffer.from(header));
  const box = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()]);
  const parts = [nonce, box, cipher.getAuthTag()].map((part) => part.toString("base64url"));
  return [header, "", ...parts].join(".");
}

const commands = {
  encrypt,
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
