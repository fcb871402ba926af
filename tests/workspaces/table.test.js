// What stands in the table is what the package managers themselves say.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import mapWorkspaces from '@npmcli/map-workspaces';

const table = JSON.parse(await readFile(new URL('table.json', import.meta.url), 'utf8'));

/** The file `path` of the package `name`. */
const inPackage = (name, path) =>
  fileURLToPath(new URL(`node_modules/${name}/${path}`, import.meta.url));

const packageManagers = {
  async npm(root, patterns) {
    const members = await mapWorkspaces({ pkg: { workspaces: patterns }, cwd: root });
    return [...members.values()].map((folder) => relative(root, folder));
  },
  async pnpm(root, patterns) {
    await writeJson(root, 'package.json', { name: 'root', private: true });
    await writeJson(root, 'pnpm-workspace.yaml', { packages: patterns });
    const args = ['m', 'ls', '--json', '--depth', '-1'];
    const listed = await run(root, process.execPath, inPackage('pnpm', 'bin/pnpm.cjs'), ...args);
    return JSON.parse(listed).map(({ path }) => relative(root, path));
  },
  async yarn(root, patterns) {
    await writeJson(root, 'package.json', { name: 'root', private: true, workspaces: patterns });
    await writeFile(join(root, 'yarn.lock'), '');
    const program = inPackage('@yarnpkg/cli-dist', 'bin/yarn.js');
    const listed = await run(root, process.execPath, program, 'workspaces', 'list', '--json');
    return listed.trim().split('\n').map((line) => JSON.parse(line).location);
  },
  async bun(root, patterns) {
    await writeJson(root, 'package.json', { name: 'root', private: true, workspaces: patterns });
    await run(root, bunProgram(), 'install', '--lockfile-only');
    // A project without members gets no lock file.
    const lock = await readFile(join(root, 'bun.lock'), 'utf8').catch(() => '{"workspaces":{}}');
    return Object.keys(JSON.parse(lock.replaceAll(/,(\s*[}\]])/g, '$1')).workspaces);
  },
};

/** The program of bun, whose package leaves it to a script to put it in its place. */
function bunProgram() {
  return inPackage(`@oven/bun-${process.platform}-${process.arch.replace('arm64', 'aarch64')}`, 'bin/bun');
}

const writeJson = (root, path, value) => writeFile(join(root, path), JSON.stringify(value));

async function run(root, program, ...args) {
  const env = { ...process.env, CI: '1', HOME: root, YARN_ENABLE_NETWORK: '0', YARN_ENABLE_TELEMETRY: '0' };
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, env });
  return stdout;
}

/** A new folder with a package in each of the folders of the table. */
async function workspace() {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'flue-workspace-')));
  for (const folder of table.folders) {
    await mkdir(join(root, folder), { recursive: true });
    const name = folder.replaceAll(/[^a-z0-9]/g, '-');
    await writeJson(root, join(folder, 'package.json'), { name, version: '1.0.0' });
  }
  return root;
}

for (const [name, members] of Object.entries(packageManagers)) {
  test(`${name} says what the table says`, { concurrency: availableParallelism() }, async (t) => {
    const rows = table.rows.filter((row) => name in row);
    const tests = rows.map((row) =>
      t.test(JSON.stringify(row.patterns), async () => {
        const root = await workspace();
        try {
          const found = await members(root, row.patterns);
          const below = found.filter((folder) => folder !== '' && folder !== '.');
          assert.deepEqual(below.sort(), row[name]);
        } finally {
          await rm(root, { recursive: true });
        }
      }),
    );
    await Promise.all(tests);
  });
}
