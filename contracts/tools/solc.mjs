#!/usr/bin/env node
// The compiler as forge expects to find it: `--version` and `--standard-json` over npm's solc.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");

/** A pipe takes only part of a long answer at a time, and says so with EAGAIN. */
function writeAll(text) {
  const bytes = Buffer.from(text, "utf8");
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

if (process.argv.includes("--version")) {
  const [version] = solc.version().split(".Emscripten");
  writeAll(
    `solc, the solidity compiler commandline interface\nVersion: ${version}.Linux.g++\n`,
  );
} else if (process.argv.includes("--standard-json")) {
  const sources = {};
  const read = (path) => {
    try {
      return { contents: (sources[path] ??= readFileSync(path, "utf8")) };
    } catch (error) {
      return { error: String(error) };
    }
  };
  writeAll(solc.compile(readFileSync(0, "utf8"), { import: read }));
} else {
  process.stderr.write("only --version and --standard-json are spoken here\n");
  process.exit(2);
}
