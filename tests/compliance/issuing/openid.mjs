// A wallet made of others' libraries alone: @openid4vc for both protocols, dcql for the question,
// @sd-jwt for the credential, jose for signatures and encryption. One command as JSON on stdin, its
// answer on stdout. It goes over HTTP, and knows of us what our links and answers tell it.
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { clientAuthenticationAnonymous, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { DcqlPresentationResult, DcqlQuery } from "dcql";
import * as jose from "jose";

setGlobalConfig({ allowInsecureUrls: true }); // the house under test has no certificate

const told = JSON.parse(await new Response(process.stdin).text());
const { d: _secret, ...holder } = told.holder;
const hash = (data, alg) => createHash(alg.replace("-", "")).update(data).digest();
const own = await jose.importJWK(told.holder, "ES256");

const callbacks = {
  hash: (data, alg) => new Uint8Array(hash(data, alg)),
  generateRandom: (length) => randomBytes(length),
  clientAuthentication: clientAuthenticationAnonymous(),
  decryptJwe: () => ({ decrypted: false }),
  signJwt: async (signer, { header, payload }) => ({
    jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(own),
    signerJwk: signer.publicJwk,
  }),
  verifyJwt: async (signer, { compact }) => {
    const key = new X509Certificate(Buffer.from(signer.x5c[0], "base64")).publicKey;
    await jose.compactVerify(compact, key, { algorithms: [signer.alg] });
    return { verified: true, signerJwk: await jose.exportJWK(key) };
  },
  encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, data) => {
    const box = new jose.CompactEncrypt(Buffer.from(data))
      .setProtectedHeader({ alg, enc, kid: publicJwk.kid })
      .setKeyManagementParameters({
        ...(apu ? { apu: Buffer.from(apu, "base64url") } : {}),
        apv: Buffer.from(apv, "base64url"),
      });
    return { encryptionJwk: publicJwk, jwe: await box.encrypt(await jose.importJWK(publicJwk, alg)) };
  },
  getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
};

const signature = (key) => async (data, signed) => {
  const jwt = `${data}.${signed}`;
  await jose.compactVerify(jwt, await jose.importJWK(key, "ES256"), { algorithms: ["ES256"] });
  return true;
};

/** As @sd-jwt reads and shows them; its own fetcher asks for status lists. */
function credentials(issuer) {
  return new SDJwtVcInstance({
    hasher: (data, alg) => hash(data, alg),
    hashAlg: "sha-256",
    signAlg: "ES256",
    saltGenerator: (length) => randomBytes(length).toString("base64url").slice(0, length),
    kbSignAlg: "ES256",
    kbSigner: async (data) => {
      const [header, payload] = data.split(".").map((part) => Buffer.from(part, "base64url"));
      const jwt = await new jose.CompactSign(payload)
        .setProtectedHeader(JSON.parse(header))
        .sign(own);
      return jwt.split(".")[2];
    },
    ...(issuer ? { verifier: signature(issuer), statusVerifier: signature(issuer) } : {}),
  });
}

/** By its iss, as draft-ietf-oauth-sd-jwt-vc says. */
async function keyOf(credential) {
  const { kid } = jose.decodeProtectedHeader(credential.split("~")[0]);
  const { iss } = jose.decodeJwt(credential.split("~")[0]);
  const where = new URL(iss);
  const answer = await fetch(`${where.origin}/.well-known/jwt-vc-issuer${where.pathname.replace(/\/$/, "")}`);
  const { issuer, jwks } = await answer.json();
  if (issuer !== iss) throw new Error(`${issuer} is not ${iss}`);
  return jwks.keys.find((key) => key.kid === kid);
}

/** Offer, metadata, token, nonce, proof, credential; then what the credential says. */
async function taken({ offer, code }) {
  const client = new Openid4vciClient({ callbacks });
  const credentialOffer = await client.resolveCredentialOffer(offer);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const [id] = credentialOffer.credential_configuration_ids;
  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    txCode: code,
  });
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId: id,
    nonce,
    signer: { method: "jwk", alg: "ES256", publicJwk: holder },
  });
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    accessToken: accessTokenResponse.access_token,
    credentialConfigurationId: id,
    proofs: { jwt: [jwt] },
  });
  const [{ credential }] = credentialResponse.credentials;
  const { payload } = await credentials(await keyOf(credential)).verify(credential);
  return {
    version: issuerMetadata.originalDraftVersion,
    known: Object.keys(issuerMetadata.knownCredentialConfigurations),
    credential,
    payload,
  };
}

/** Request object, its question asked of the one credential, what is wanted of it shown, bound. */
async function shown({ link, credential }) {
  const client = new Openid4vpClient({ callbacks });
  const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  const asked = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: params,
  });
  const { authorizationRequestPayload } = asked;
  const query = DcqlQuery.parse(asked.dcql.query);
  DcqlQuery.validate(query);
  const claims = await credentials().getClaims(credential);
  const found = DcqlQuery.query(query, [
    {
      credential_format: "dc+sd-jwt",
      vct: claims.vct,
      claims,
      cryptographic_holder_binding: true,
    },
  ]);
  if (!found.can_be_satisfied) throw new Error("the credential is not what was asked for");
  const [{ id, claims: wanted }] = query.credentials;
  const presentation = await credentials().present(
    credential,
    Object.fromEntries(wanted.map(({ path: [name] }) => [name, true])),
    {
      kb: {
        payload: {
          iat: Math.floor(Date.now() / 1000),
          aud: asked.client.effective,
          nonce: authorizationRequestPayload.nonce,
        },
      },
    },
  );
  const opened = await credentials().getClaims(presentation);
  const result = DcqlPresentationResult.fromDcqlPresentation(
    {
      [id]: [
        {
          credential_format: "dc+sd-jwt",
          vct: opened.vct,
          claims: opened,
          cryptographic_holder_binding: true,
        },
      ],
    },
    { dcqlQuery: query },
  );
  DcqlPresentationResult.validate(result);
  const { jwks } = authorizationRequestPayload.client_metadata;
  const answer = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    authorizationResponsePayload: { vp_token: { [id]: [presentation] } },
    ...(jwks
      ? {
          jarm: {
            encryption: { nonce: randomBytes(16).toString("base64url") },
            serverMetadata: {
              authorization_signing_alg_values_supported: [],
              authorization_encryption_alg_values_supported: ["ECDH-ES"],
              authorization_encryption_enc_values_supported: ["A256GCM", "A128GCM"],
            },
          },
        }
      : {}),
  });
  const { responseMode, response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    ...answer,
  });
  return {
    version: asked.version,
    client: asked.client,
    responseMode,
    shown: Object.keys(opened),
    status: response.status,
    body: await response.json(),
  };
}

try {
  const answer = await { taken, shown }[told.command](told);
  process.stdout.write(JSON.stringify({ answer }));
} catch (error) {
  const refused = error.errorResponse ?? error.response?.credentialErrorResponseResult?.data ?? {};
  process.stdout.write(
    JSON.stringify({ error: String(error.message), refused, why: String(error.cause ?? "") }),
  );
}
