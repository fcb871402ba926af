// The launcher: nobody can tell it from the binary, and it says what to do where it has none.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { PLATFORMS, cargoPackage, platformName } from "../build.js";
import {
  BINARY,
  HOST,
  IS_WINDOWS,
  buildPackages,
  npm,
  project,
  run,
  serve,
  standIn,
  start,
  temporaryFolder,
} from "./support.js";

const { version } = cargoPackage();

let folder;
let registry;
let installed;
const ends = [];

before(async () => {
  const context = { after: (end) => ends.unshift(end) };
  folder = temporaryFolder(context);
  registry = await serve(context, buildPackages(folder), join(folder, "tarballs"));
  installed = await install("a project");
});

after(() => ends.forEach((end) => end()));

async function install(name, ...options) {
  const cwd = project(folder, name);
  const result = await npm(["install", "flue-blueprints", ...options], { cwd, registry });
  assert.equal(result.code, 0, result.stderr);
  return cwd;
}

const launcherOf = (cwd) => join(cwd, "node_modules", "flue-blueprints", "launch.js");
const launch = (args, options) => run(process.execPath, [launcherOf(installed), ...args], options);

/** The launcher alone, with a script as its binary. */
function launcherOver(t, script) {
  const alone = temporaryFolder(t);
  for (const file of ["launch.js", "package.json"]) {
    copyFileSync(join(installed, "node_modules", "flue-blueprints", file), join(alone, file));
  }
  standIn(alone, script);
  return join(alone, "launch.js");
}

test("npx gets the binary of this platform and runs it", async () => {
  const result = await npm(["exec", "--yes", "flue-blueprints", "--", "--version"], { cwd: project(folder, "npx"), registry });
  assert.deepEqual(result, { code: 0, signal: null, stdout: `flue ${version}\n`, stderr: "" });
});

test("streams and exit codes are those of the binary", async (t) => {
  const flueProject = join(temporaryFolder(t), "with spaces & $HOME");
  mkdirSync(flueProject);
  writeFileSync(
    join(flueProject, "package.json"),
    '{ "name": "assistant", "dependencies": { "@flue/runtime": "^2.0.0" } }\n',
  );
  const empty = temporaryFolder(t);
  const add = ["add", "sandbox", "daytona", "-C"];
  const runs = [
    [0, ["list"]],
    [0, ["list", "--json"]],
    [1, [...add, empty]],
    [2, ["add", "--no-such-option"]],
    [3, [...add, flueProject, "--check"]],
    [0, [...add, flueProject, "--diff"]],
  ];
  for (const [code, args] of runs) {
    const direct = await run(BINARY, args, { env: { ...process.env, FLUE_COMMAND: "npx flue-blueprints" } });
    assert.equal(direct.code, code, args.join(" "));
    assert.deepEqual(await launch(args), direct, args.join(" "));
  }
  assert.equal((await launch([...add, flueProject])).code, 0);
  assert.equal((await launch([...add, flueProject, "--check"])).code, 0);
});

test("messages name the command as it is typed, by the package manager that runs it", async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, "package.json"), '{ "name": "a", "dependencies": { "@flue/runtime": "^2.1.0" } }\n');
  const managers = [
    ["npm/10.9.0 node/v22.0.0 linux x64", "npx flue-blueprints"],
    ["pnpm/10.0.0 npm/? node/v22.0.0 linux x64", "pnpm exec flue-blueprints"],
    ["yarn/4.5.0 npm/? node/v22.0.0 linux x64", "yarn flue-blueprints"],
    ["bun/1.2.0 npm/? node/v22.0.0 linux x64", "bunx flue-blueprints"],
  ];
  for (const [agent, name] of managers) {
    const env = { ...process.env, npm_config_user_agent: agent };
    const check = await launch(["add", "sandbox", "daytona", "--check"], { cwd, env });
    assert.ok(check.stderr.includes(`\`${name} add sandbox daytona\` puts this right`), check.stderr);
    const guide = await launch(["add", "sandbox", "daytona", "--print"], { cwd, env });
    assert.ok(guide.stdout.includes(`Run \`${name} add sandbox daytona\` for what has no mark yet.`), guide.stdout);
    const document = await launch(["add", "sandbox", "--json"], { cwd, env });
    assert.ok(JSON.parse(document.stdout).errors[0].help.includes(`\`${name} add sandbox <address>\``), document.stdout);
  }
});

test("the command has a name of its own, so that the one of `@flue/cli` stays", () => {
  const commands = readdirSync(join(installed, "node_modules", ".bin")).map((name) => name.replace(/\.(cmd|ps1)$/, ""));
  assert.deepEqual([...new Set(commands)], ["flue-blueprints"]);
});

test("each platform gets its binary only, on Linux with either libc", async () => {
  const kinds = Object.values(PLATFORMS).flatMap((platform) =>
    platform.os === "linux" ? ["glibc", "musl"].map((libc) => ({ ...platform, libc })) : [platform],
  );
  for (const kind of kinds) {
    const options = Object.entries(kind).map(([name, value]) => `--${name}=${value}`);
    const cwd = await install(Object.values(kind).join(" "), ...options);
    const packages = readdirSync(join(cwd, "node_modules", "@flue-blueprints"));
    assert.deepEqual(packages.map((name) => `@flue-blueprints/${name}`), [platformName(kind)], options.join(" "));
  }
});

test("without the optional package it says how to get it", async () => {
  const cwd = await install("omitted", "--omit=optional");
  const result = await run(process.execPath, [launcherOf(cwd), "add", "sandbox", "daytona"]);
  assert.deepEqual(result, {
    code: 1,
    signal: null,
    stdout: "",
    stderr:
      `error: the package \`${HOST}\`, which has the binary for this platform, is not installed\n\n` +
      "help: it is an optional dependency: install again on this platform, without `--omit=optional` or `--no-optional`\n",
  });
});

test("on a platform without a binary it names the others", async (t) => {
  const preload = join(temporaryFolder(t), "riscv.cjs");
  writeFileSync(
    preload,
    'for (const [name, value] of [["platform", "linux"], ["arch", "riscv64"]]) Object.defineProperty(process, name, { value });\n',
  );
  const result = await run(process.execPath, ["--require", preload, launcherOf(installed), "list"]);
  assert.deepEqual(result, {
    code: 1,
    signal: null,
    stdout: "",
    stderr:
      "error: there is no binary of `flue` for `linux-riscv64`\n\n" +
      "help: there is one for `linux-x64`, `linux-arm64`, `darwin-x64`, `darwin-arm64`, `win32-x64`; " +
      "elsewhere `cargo install flue-cli` builds it\n",
  });
});

// A script can stand for the binary on Unix only.
if (!IS_WINDOWS) {
  test("arguments and standard input arrive as they are", async (t) => {
    const launcher = launcherOver(t, '#!/bin/sh\nprintf "<%s>" "$@"\ncat\n');
    const args = ["", "a b", "*", "$HOME", "-", '"', "'", "ä\n", "--", "--json"];
    const { child, ended } = start(process.execPath, [launcher, ...args], { stdio: "pipe" });
    child.stdin.end("typed");
    const stdout = `${args.map((arg) => `<${arg}>`).join("")}typed`;
    assert.deepEqual(await ended, { code: 0, signal: null, stdout, stderr: "" });
  });

  test("an open standard input that says nothing holds nobody up", async () => {
    const { child, ended } = start(process.execPath, [launcherOf(installed), "list"], { stdio: "pipe" });
    assert.equal((await ended).code, 0);
    child.stdin.destroy();
  });

  for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"]) {
    test(`${signal} reaches the binary, which decides what follows`, async (t) => {
      // It ends by itself in the end, so that a signal that is lost fails the test and holds nobody up.
      const script = `#!/usr/bin/env node
process.on("${signal}", () => process.stdout.write("heard", () => process.exit(7)));
setTimeout(() => {}, 60_000);
process.stdout.write("ready ");
`;
      const { child, ended } = start(process.execPath, [launcherOver(t, script)]);
      await once(child.stdout, "data");
      child.kill(signal);
      assert.deepEqual(await ended, { code: 7, signal: null, stdout: "ready heard", stderr: "" });
    });

    test(`a binary that ${signal} ends takes the launcher along`, async (t) => {
      const { child, ended } = start(process.execPath, [launcherOver(t, "#!/bin/sh\necho ready\nexec sleep 60\n")]);
      await once(child.stdout, "data");
      child.kill(signal);
      assert.deepEqual(await ended, { code: null, signal, stdout: "ready\n", stderr: "" });
    });
  }

  test("the end of a binary by any signal is told", async (t) => {
    const end = (signal) => run(process.execPath, [launcherOver(t, `#!/bin/sh\nkill -s ${signal} $$\n`)]);
    for (const signal of ["KILL", "SEGV", "ABRT"]) assert.equal((await end(signal)).signal, `SIG${signal}`);
    // Node ignores this one, so the code has to tell.
    assert.equal((await end("PIPE")).code, 128 + 13);
  });

  test("a binary that cannot be run is named", async (t) => {
    const launcher = launcherOver(t, "");
    const binary = standIn(join(launcher, ".."), "#!/bin/sh\n");
    chmodSync(binary, 0o644);
    assert.deepEqual(await run(process.execPath, [launcher]), {
      code: 1,
      signal: null,
      stdout: "",
      stderr: `error: failed to run \`${binary}\`: spawn ${binary} EACCES\n\nhelp: install \`flue-blueprints\` again\n`,
    });
  });
}
