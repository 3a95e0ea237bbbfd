// Write what Python needs of forge's output to artifacts/, or with --check compare it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const { keccak256 } = createRequire(
  createRequire(import.meta.url).resolve("solc"),
)("js-sha3");

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const CONTRACTS = [
  "BatchPayer",
  "DepositFactory",
  "FirmOrders",
  "Sweeper",
  "TestToken",
  "WalletQuestion",
];
/** What tests put on a chain, by folder: tokens that do what tokens should not, wallets and their
 * factories; and where each is written. */
const FOR_TESTS = {
  "odd-tokens": {
    FeeToken: "OddTokens",
    SharesToken: "RebasingTokens",
    DriftingToken: "RebasingTokens",
  },
  wallets: {
    KeyWallet: "Wallets",
    LateWallet: "Wallets",
    OddFactory: "Wallets",
    EchoWallet: "Wallets",
    GreedyWallet: "Wallets",
  },
};
/** Each artifact: its name, the folder it goes to, and the file it is written in. */
const ALL = [
  ...CONTRACTS.map((name) => [name, "artifacts", name]),
  ...Object.entries(FOR_TESTS).flatMap(([folder, files]) =>
    Object.entries(files).map(([name, file]) => [name, join("artifacts", folder), file]),
  ),
];

const hash = (hex) => "0x" + keccak256(Buffer.from(hex.slice(2), "hex"));
const built = (name, file) =>
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

function artifact(name, file) {
  const { abi, bytecode, deployedBytecode, metadata } = built(name, file);
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
    result.sweeperInitCodeHash = hash(built("Sweeper", "Sweeper").bytecode.object);
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
for (const [name, folder, file] of ALL) {
  const path = join(root, folder, `${name}.json`);
  const fresh = artifact(name, file);
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fresh);
  } else if (!existsSync(path) || readFileSync(path, "utf8") !== fresh) {
    differs = true;
    process.stderr.write(`${folder}/${name}.json is not what src/ compiles to\n`);
  }
}
process.exit(differs ? 1 : 0);
