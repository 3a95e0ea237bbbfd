// Run forge with the node that runs this file first on PATH, so that tools/solc.mjs starts
// whether node comes from the system or from a Python wheel.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cpu = { x64: "amd64", arm64: "arm64" }[process.arch];
const system = { linux: "linux", darwin: "darwin", win32: "win32" }[process.platform];

let forge;
try {
  const from = createRequire(join(root, "package.json"));
  const home = dirname(from.resolve(`@foundry-rs/forge-${system}-${cpu}/package.json`));
  forge = join(home, "bin", system === "win32" ? "forge.exe" : "forge");
} catch {
  forge = "";
}
if (!existsSync(forge)) {
  process.stderr.write(`no forge for ${system}-${cpu}: run \`npm ci\` in contracts/ first\n`);
  process.exit(3);
}
chmodSync(forge, 0o755);
chmodSync(join(root, "tools", "solc.mjs"), 0o755);

const run = spawnSync(forge, process.argv.slice(2), {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: dirname(process.execPath) + delimiter + (process.env.PATH ?? ""),
  },
});
process.exit(run.status ?? 1);
