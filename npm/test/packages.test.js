// The folders that `build.js` makes: one version, the right files, and the same names as everything else that makes a release.
import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PLATFORMS, build, cargoPackage, folderName, platformName } from "../build.js";
import { BINARY, IS_WINDOWS, ROOT, buildPackages, pack, run, temporaryFolder } from "./support.js";

const { version } = cargoPackage();
const read = (...path) => readFileSync(join(...path), "utf8");
const manifestOf = (folder) => JSON.parse(read(folder, "package.json"));

test("every package has the version of Cargo.toml, and so has the binary", async (t) => {
  const folders = buildPackages(temporaryFolder(t));
  const names = Object.values(PLATFORMS).map(platformName);
  assert.deepEqual(folders.map((folder) => manifestOf(folder).name), [...names, "flue-blueprints"]);
  for (const folder of folders) assert.equal(manifestOf(folder).version, version);
  const main = manifestOf(folders.at(-1));
  assert.deepEqual(main.optionalDependencies, Object.fromEntries(names.map((name) => [name, version])));
  assert.equal((await run(BINARY, ["--version"])).stdout, `flue ${version}\n`);
});

test("no version is written down twice", () => {
  assert.equal(manifestOf(join(ROOT, "npm")).version, undefined);
  assert.equal(manifestOf(join(ROOT, "npm", "flue-blueprints")).version, undefined);
});

test("a package has its binary, its licences and nothing else", async (t) => {
  const folder = temporaryFolder(t);
  const common = ["LICENSE-APACHE", "LICENSE-MIT", "package.json"];
  for (const made of buildPackages(folder)) {
    const { name, os } = manifestOf(made);
    const own = os === undefined ? ["README.md", "launch.js"] : [os[0] === "win32" ? "flue.exe" : "flue"];
    const { files } = await pack(made, folder);
    assert.deepEqual(files.map(({ path }) => path).sort(), [...common, ...own].sort(), name);
    if (os !== undefined && !IS_WINDOWS) assert.equal(statSync(join(made, own[0])).mode & 0o777, 0o755, name);
  }
});

test("a binary that is not there stops the build and is named", (t) => {
  const folder = temporaryFolder(t);
  buildPackages(folder);
  const missing = join(folder, "binaries", folderName(version, "aarch64-apple-darwin"), "flue");
  rmSync(missing);
  assert.throws(() => build(join(folder, "binaries"), join(folder, "again")), { message: `no binary at ${missing}` });
});
