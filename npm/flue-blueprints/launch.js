#!/usr/bin/env node
// Runs the binary of the platform's package as if it had been called itself: the same arguments and streams, the
// same exit code, and signals in both directions. The environment tells in addition how the command was reached.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { optionalDependencies } = require("./package.json");

function fail(message, help) {
  process.stderr.write(`error: ${message}\n\nhelp: ${help}\n`);
  process.exit(1);
}

function findBinary() {
  const name = `@flue-blueprints/${process.platform}-${process.arch}`;
  if (!Object.hasOwn(optionalDependencies, name)) {
    const known = Object.keys(optionalDependencies).map((known) => `\`${known.split("/")[1]}\``);
    fail(
      `there is no binary of \`flue\` for \`${process.platform}-${process.arch}\``,
      `there is one for ${known.join(", ")}; elsewhere \`cargo install flue-cli\` builds it`,
    );
  }
  try {
    return require.resolve(`${name}/flue${process.platform === "win32" ? ".exe" : ""}`);
  } catch {
    return fail(
      `the package \`${name}\`, which has the binary for this platform, is not installed`,
      "it is an optional dependency: install again on this platform, without `--omit=optional` or `--no-optional`",
    );
  }
}

/** What is typed to get here again: messages name the command by it, since `flue` may be the one of `@flue/cli`. */
function command() {
  const [manager] = (process.env.npm_config_user_agent ?? "npm").split("/");
  const runner = { pnpm: "pnpm exec", yarn: "yarn", bun: "bunx" }[manager] ?? "npx";
  return `${runner} flue-blueprints`;
}

const binary = findBinary();
const env = { FLUE_COMMAND: command(), ...process.env };

// Listening comes first: with a gap between, a signal could end the launcher alone and leave the binary running.
let child;
for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}
child = spawn(binary, process.argv.slice(2), { stdio: "inherit", env });

child.on("error", (error) => fail(`failed to run \`${binary}\`: ${error.message}`, "install `flue-blueprints` again"));
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  // Whoever waits for the launcher shall see the same signal; the code is for signals that Node survives.
  process.exitCode = 128 + constants.signals[signal];
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
