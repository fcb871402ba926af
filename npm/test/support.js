// What the tests share: packages made from the built binary, npm away from its user's settings, and a registry that has only
// these packages.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { PLATFORMS, build, cargoPackage, folderName } from "../build.js";

export const ROOT = join(import.meta.dirname, "..", "..");
export const IS_WINDOWS = process.platform === "win32";
export const BINARY = process.env.FLUE_BINARY ?? join(ROOT, "target", "debug", IS_WINDOWS ? "flue.exe" : "flue");
export const HOST = `@flue-blueprints/${process.platform}-${process.arch}`;
if (!existsSync(BINARY)) throw new Error(`no binary at ${BINARY}: run \`cargo build\``);

// npm tells where it is; on Windows its command is a script that only a shell can start.
const NPM = process.env.npm_execpath;
if (NPM === undefined) throw new Error("run the tests with `npm test`");

export function temporaryFolder(context) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "flue npm ")));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes the folders of all packages. The host's has the built binary, the others a file in its place. */
export function buildPackages(folder) {
  const { version } = cargoPackage();
  for (const [target, { os, cpu }] of Object.entries(PLATFORMS)) {
    const path = join(folder, "binaries", folderName(version, target), os === "win32" ? "flue.exe" : "flue");
    mkdirSync(dirname(path), { recursive: true });
    if (os === process.platform && cpu === process.arch) copyFileSync(BINARY, path);
    else writeFileSync(path, `${target}\n`);
  }
  return build(join(folder, "binaries"), join(folder, "packages"));
}

/** Starts a process; `ended` gives what it said and how it ended. */
export function start(file, args, options = {}) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], cwd: tmpdir(), ...options });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return { child, ended };
}

export function run(file, args, options) {
  return start(file, args, options).ended;
}

/** What npm is told: nothing by its user, by the project, or by the npm that runs the tests. */
export function npmEnvironment(folder, registry = "http://127.0.0.1:9") {
  const cache = join(folder, ".npm-cache");
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
    npm_config_audit: "false",
    npm_config_cache: cache,
    npm_config_fund: "false",
    npm_config_noproxy: "127.0.0.1",
    npm_config_registry: registry,
    npm_config_update_notifier: "false",
    npm_config_userconfig: join(cache, "no-settings"),
  };
}

export function npm(args, { cwd, registry }) {
  return run(process.execPath, [NPM, ...args], { cwd, env: npmEnvironment(cwd, registry) });
}

export async function pack(folder, destination) {
  const result = await npm(["pack", "--json", "--pack-destination", destination], { cwd: folder });
  if (result.code !== 0) throw new Error(result.stderr);
  const [packed] = Object.values(JSON.parse(result.stdout));
  return { path: join(destination, packed.filename), files: packed.files };
}

/** Serves the packages in `folders`, packed as npm packs them, and gives the address. */
export async function serve(context, folders, destination) {
  mkdirSync(destination, { recursive: true });
  const answers = new Map();
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url));
    response.writeHead(answer ? 200 : 404).end(answer ?? "{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const registry = `http://127.0.0.1:${server.address().port}`;

  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const tarball = readFileSync((await pack(folder, destination)).path);
    const path = `/tarballs/${manifest.name}.tgz`;
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const version = { ...manifest, dist: { tarball: `${registry}${path}`, integrity } };
    answers.set(path, tarball);
    answers.set(
      `/${manifest.name}`,
      JSON.stringify({
        name: manifest.name,
        "dist-tags": { latest: manifest.version },
        versions: { [manifest.version]: version },
      }),
    );
  }
  return registry;
}

/** An empty project that has what npm needs to install into it. */
export function project(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), '{ "private": true }\n');
  return path;
}

/** Puts a script in the place of the host's binary, for what the real one is too quick to be asked. */
export function standIn(launcherFolder, script) {
  const path = join(launcherFolder, "node_modules", HOST, "flue");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
