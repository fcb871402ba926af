// Makes the folders of all npm packages from built binaries: `node build.js <binaries> <out>`.
//
// `<binaries>` has a folder for each target with the binary in it, as the unpacked archives of a release do. Version and
// repository are Cargo's: no file in this folder has a version of its own that could differ.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What Node calls a platform, by the name of Rust's target. The binaries for Linux are static: they need no libc of either kind. */
export const PLATFORMS = {
  "x86_64-unknown-linux-musl": { os: "linux", cpu: "x64" },
  "aarch64-unknown-linux-musl": { os: "linux", cpu: "arm64" },
  "x86_64-apple-darwin": { os: "darwin", cpu: "x64" },
  "aarch64-apple-darwin": { os: "darwin", cpu: "arm64" },
  "x86_64-pc-windows-msvc": { os: "win32", cpu: "x64" },
};

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const MAIN = join(ROOT, "npm", "flue-blueprints");
// npm would take a file `LICENSE` along by itself, but not these.
const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"];

/** What `Cargo.toml` says about the package `flue-cli`. */
export function cargoPackage() {
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version=1", "--offline"], { cwd: ROOT });
  return JSON.parse(metadata).packages.find(({ name }) => name === "flue-cli");
}

export function platformName({ os, cpu }) {
  return `@flue-blueprints/${os}-${cpu}`;
}

/** The name of an archive and of the folder in it. */
export function folderName(version, target) {
  return `flue-v${version}-${target}`;
}

/** Writes the folders below `out`, and returns them in the order in which they can be published. */
export function build(binaries, out) {
  const { version, repository, license } = cargoPackage();
  const common = { version, license, ...(repository && { repository: { type: "git", url: `git+${repository}.git` } }) };

  const sources = Object.entries(PLATFORMS).map(([target, platform]) => {
    const file = platform.os === "win32" ? "flue.exe" : "flue";
    return { platform, file, path: join(binaries, folderName(version, target), file) };
  });
  const missing = sources.filter(({ path }) => !existsSync(path)).map(({ path }) => path);
  if (missing.length > 0) throw new Error(`no binary at ${missing.join(", ")}`);

  const folders = sources.map(({ platform, file, path }) => {
    const name = platformName(platform);
    const folder = join(out, name);
    writePackage(folder, {
      name,
      description: `The binary of flue-blueprints for ${platform.os} on ${platform.cpu}`,
      ...common,
      os: [platform.os],
      cpu: [platform.cpu],
      files: [file, ...LICENSES],
      // Yarn would leave the package zipped, where no binary can be run.
      preferUnplugged: true,
    });
    copyFileSync(path, join(folder, file));
    // Archives of CI systems lose the mode.
    chmodSync(join(folder, file), 0o755);
    return folder;
  });

  const main = join(out, "flue-blueprints");
  writePackage(main, {
    ...JSON.parse(readFileSync(join(MAIN, "package.json"), "utf8")),
    ...common,
    optionalDependencies: Object.fromEntries(Object.values(PLATFORMS).map((platform) => [platformName(platform), version])),
  });
  for (const file of ["launch.js", "README.md"]) copyFileSync(join(MAIN, file), join(main, file));
  // The packages of the platforms come first: who installs the main package right away has to find them.
  return [...folders, main];
}

function writePackage(folder, manifest) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const license of LICENSES) copyFileSync(join(ROOT, license), join(folder, license));
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [binaries, out] = process.argv.slice(2);
  if (out === undefined) throw new Error("usage: node build.js <binaries> <out>");
  for (const folder of build(binaries, out)) console.log(folder);
}
