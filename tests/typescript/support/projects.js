// The npm projects that the adapters are tried in: each has a runtime and an SDK of its own.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { programPath } from './programs.js';

const root = fileURLToPath(new URL('../', import.meta.url));

export const PROJECTS = [
  { name: 'beta-9', contract: 1 },
  { name: '2.0.1', contract: 1 },
  { name: 'newest', contract: 2 },
  { name: 'newest-oldest-sdk', contract: 2 },
];

export const OLDEST_AND_NEWEST = PROJECTS.filter(({ name }) => name === 'beta-9' || name === 'newest');

export const MODULES = {
  NodeNext: ['--module', 'NodeNext', '--moduleResolution', 'NodeNext'],
  bundler: ['--module', 'ESNext', '--moduleResolution', 'bundler'],
};

/** The texts that the tests of the command compare with what it writes. */
const ADAPTERS = {
  1: 'typescript-contract-1',
  2: 'typescript-contract-2',
  both: 'typescript-both-contracts',
  styled: 'typescript-contract-2-styled',
};

export function adapterPath(which) {
  return `${root}../cases/pristine/${ADAPTERS[which]}.ts`;
}

export function folderOf(project) {
  return `${root}projects/${project.name}`;
}

/** What a project depends on, such as `@flue/runtime 2.1.0, @daytona/sdk 0.216.0`. */
export function versionsIn(project) {
  const manifest = JSON.parse(readFileSync(`${folderOf(project)}/package.json`, 'utf8'));
  const { '@flue/runtime': runtime, '@daytona/sdk': sdk } = manifest.dependencies;
  return `@flue/runtime ${runtime}, @daytona/sdk ${sdk}`;
}

/** Writes the sources of a project anew, as the user has them after `flue add` and after pasting what it shows. */
export function writeSources(project, compilerOptions = {}) {
  const folder = folderOf(project);
  rmSync(`${folder}/src`, { recursive: true, force: true });
  mkdirSync(`${folder}/src`);
  const config = { extends: '../../tsconfig.json', compilerOptions, include: ['src'] };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
  addAgent(folder);
  addAgent(folder, 'docker');
  writeFileSync(
    `${folder}/src/all.ts`,
    `export { Daytona } from '@daytona/sdk';
export { default as Docker } from 'dockerode';
export * as runtime from '@flue/runtime';
export { daytona } from './sandboxes/daytona.js';
export { docker } from './sandboxes/docker.js';
`,
  );
}

/** A range of the runtime that has both contracts. */
export const BOTH_CONTRACTS = '>=1.0.0-beta.5 <3';

/**
 * A project, which goes with the test, with the packages of `project`: has what the command writes for the runtime of `old`
 * where the next install may bring the second contract.
 */
export function projectForBoth(t, project, old) {
  const folder = mkdtempSync(`${folderOf(old)}/both-`);
  const manifest = { name: 'both', type: 'module', dependencies: { '@flue/runtime': BOTH_CONTRACTS } };
  const config = { extends: '../../../tsconfig.json', include: ['src'] };
  mkdirSync(`${folder}/src`);
  write(folder, { 'package.json': JSON.stringify(manifest), 'tsconfig.json': JSON.stringify(config) });
  addAgent(folder);
  addAgent(folder, 'docker');
  const both = { name: `${project.name}/${basename(folder)}` };
  renameSync(folder, folderOf(both));
  t.after(() => rmSync(folderOf(both), { recursive: true }));
  return both;
}

/** Adds an adapter to the project in `folder`, and saves the lines for an agent where they belong; returns both paths. */
export function addAgent(folder, name = 'daytona') {
  const args = ['add', 'sandbox', name, '--json'];
  const { stdout, stderr } = spawnSync(programPath('flue'), args, { cwd: folder, encoding: 'utf8' });
  const report = JSON.parse(stdout);
  if (report.errors.length > 0) throw new Error(`${stdout}${stderr}`);
  const { file, snippet } = report.next_steps.find(({ code }) => code === 'hand-to-agent');
  write(folder, { [file]: snippet });
  return [report.changes.find(({ path }) => path.endsWith(`${name}.ts`)).path, file];
}

/** Writes files, each with the folders that it needs. */
export function write(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(`${folder}/${path}`), { recursive: true });
    writeFileSync(`${folder}/${path}`, text);
  }
}

/** Runs a compiler over a project; returns what it complains about. */
export function compile(project, compiler, options) {
  const program = `${root}node_modules/${compiler}/bin/tsc`;
  const args = [program, '-p', folderOf(project), '--pretty', 'false', ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const output = `${stdout}${stderr}`.trim();
  if (status !== 0 && output === '') throw new Error(`${program} failed without a word`);
  return output;
}

/** The adapter of a built project, and the packages that it meets. */
export async function load(project) {
  return await import(`${folderOf(project)}/dist/all.js`);
}
