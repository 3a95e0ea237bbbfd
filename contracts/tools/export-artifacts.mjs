// Write what Python needs of forge's output to artifacts/, or with --check compare it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const { keccak256 } = createRequire(
  createRequire(import.meta.url).resolve("solc"),
)("js-sha3");

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const CONTRACTS = ["BatchPayer", "DepositFactory", "FirmOrders", "Sweeper", "TestToken"];
/** Tokens that do what tokens should not, for tests on a chain: where each is written. */
const ODD_TOKENS = {
  FeeToken: "OddTokens",
  SharesToken: "RebasingTokens",
  DriftingToken: "RebasingTokens",
};

const hash = (hex) => "0x" + keccak256(Buffer.from(hex.slice(2), "hex"));
const built = (name, file = name) =>
  JSON.parse(readFileSync(join(root, "out", `${file}.sol`, `${name}.json`), "utf8"));

/** The factory's only immutable is the hash of the sweeper's init code, so its code is known here. */
function withSweeperHash(runtime, references, sweeperHash) {
  const spots = Object.values(references ?? {}).flat();
  return spots.reduce(
    (code, { start, length }) =>
      code.slice(0, 2 + 2 * start) + sweeperHash.slice(2) + code.slice(2 + 2 * (start + length)),
    runtime,
  );
}

function artifact(name) {
  const { abi, bytecode, deployedBytecode, metadata } = built(name, ODD_TOKENS[name]);
  const { compiler, settings } = metadata;
  const result = {
    contractName: name,
    compiler: {
      solc: compiler.version,
      evmVersion: settings.evmVersion,
      optimizerRuns: settings.optimizer.runs,
      viaIR: settings.viaIR ?? false,
      bytecodeHash: settings.metadata.bytecodeHash,
    },
    abi,
    bytecode: bytecode.object,
    bytecodeHash: hash(bytecode.object),
  };
  if (name === "DepositFactory") {
    result.sweeperInitCodeHash = hash(built("Sweeper").bytecode.object);
    result.deployedBytecode = withSweeperHash(
      deployedBytecode.object,
      deployedBytecode.immutableReferences,
      result.sweeperInitCodeHash,
    );
    result.deployedBytecodeHash = hash(result.deployedBytecode);
  }
  return JSON.stringify(result, null, 1) + "\n";
}

const check = process.argv.includes("--check");
let differs = false;
for (const name of [...CONTRACTS, ...Object.keys(ODD_TOKENS)]) {
  const folder = name in ODD_TOKENS ? join("artifacts", "odd-tokens") : "artifacts";
  const path = join(root, folder, `${name}.json`);
  const fresh = artifact(name);
  if (!check) writeFileSync(path, fresh);
  else if (!existsSync(path) || readFileSync(path, "utf8") !== fresh) {
    differs = true;
    process.stderr.write(`${folder}/${name}.json is not what src/ compiles to\n`);
  }
}
process.exit(differs ? 1 : 0);
