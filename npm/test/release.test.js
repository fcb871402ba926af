// What makes a release agrees: the workflow, the packages, the metadata for `cargo binstall`, and the gate in front of it.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PLATFORMS, cargoPackage, folderName } from "../build.js";
import { IS_WINDOWS, ROOT, run, temporaryFolder } from "./support.js";

test("the workflow builds for the platforms that have a package", () => {
  const workflow = readFileSync(join(ROOT, ".github", "workflows", "release.yml"), "utf8");
  const targets = [...workflow.matchAll(/\{ target: ([\w-]+),/g)].map(([, target]) => target);
  assert.deepEqual(targets, Object.keys(PLATFORMS));
});

test("cargo binstall finds the archives and the binary in them", () => {
  const { metadata, version } = cargoPackage();
  for (const [target, { os }] of Object.entries(PLATFORMS)) {
    const settings = { ...metadata.binstall, ...metadata.binstall.overrides[target] };
    const values = {
      repo: "https://host/owner/name",
      version,
      target,
      bin: "flue",
      "archive-suffix": { tgz: ".tar.gz", zip: ".zip" }[settings["pkg-fmt"]],
      "binary-ext": os === "win32" ? ".exe" : "",
    };
    const filled = (template) => template.replaceAll(/\{ ([\w-]+) \}/g, (_, name) => values[name]);
    const name = folderName(version, target);
    const archive = os === "win32" ? `${name}.zip` : `${name}.tar.gz`;
    assert.equal(filled(settings["pkg-url"]), `https://host/owner/name/releases/download/v${version}/${archive}`);
    assert.equal(filled(settings["bin-dir"]), os === "win32" ? `${name}/flue.exe` : `${name}/flue`);
  }
});

// The script runs on Linux, and is written for bash.
if (!IS_WINDOWS) {
  test("only a version with a tag, a repository and a date is released, with its part of the changelog", async (t) => {
    const repository = "https://host/owner/name";
    const notes = (changes, tag = "v1.2.3") => releaseNotes(temporaryFolder(t), changes, [tag, repository]);

    const good = await notes({ repository, date: "2030-01-02" });
    assert.deepEqual(good, { code: 0, signal: null, stdout: "\n- New.\n\n", stderr: "" });

    const refused = {
      "the tag is `v1.2.4`, and the version in Cargo.toml `1.2.3`": [{ repository, date: "2030-01-02" }, "v1.2.4"],
      [`Cargo.toml does not say \`repository = "${repository}"\``]: [{ repository: "https://host/a/b", date: "2030-01-02" }],
      "CHANGELOG.md has no date for `1.2.3`": [{ repository, date: "not released" }],
    };
    for (const [reason, [changes, tag]] of Object.entries(refused)) {
      assert.deepEqual(await notes(changes, tag), { code: 1, signal: null, stdout: "", stderr: `error: ${reason}\n` });
    }
  });
}

/** Runs `release/notes` in a small package that is called as ours is. */
function releaseNotes(folder, { repository, date }, args) {
  const files = {
    "Cargo.toml": `[package]\nname = "flue-cli"\nversion = "1.2.3"\nrepository = "${repository}"\n`,
    "Cargo.lock": 'version = 4\n\n[[package]]\nname = "flue-cli"\nversion = "1.2.3"\n',
    "CHANGELOG.md": `# Changelog\n\n## 1.2.30, 2031-01-01\n\n- Later.\n\n## 1.2.3, ${date}\n\n- New.\n\n## 1.2.2, 2029-01-01\n\n- Old.\n`,
    "src/lib.rs": "",
  };
  mkdirSync(join(folder, "src"));
  mkdirSync(join(folder, "release"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  copyFileSync(join(ROOT, "release", "notes"), join(folder, "release", "notes"));
  return run("bash", [join(folder, "release", "notes"), ...args], { cwd: folder });
}
