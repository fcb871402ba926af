// The npm projects that the adapters are tried in: each has a runtime and an SDK of its own.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

export const PROJECTS = [
  { name: 'beta-9', contract: 1, agent: 'definition' },
  { name: '2.0.1', contract: 1, agent: 'hooks-contract-1' },
  { name: 'newest', contract: 2, agent: 'hooks-contract-2' },
  { name: 'newest-oldest-sdk', contract: 2, agent: 'hooks-contract-2' },
];

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

/** The lines that hand an adapter to an agent, as the command shows them. */
export function agentPath(which) {
  return `${root}agents/${which}.ts`;
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

/** Writes the sources of a project anew, as the user has them after `flue add`. */
export function writeSources(project) {
  const folder = folderOf(project);
  rmSync(`${folder}/src`, { recursive: true, force: true });
  mkdirSync(`${folder}/src/sandboxes`, { recursive: true });
  cpSync(adapterPath(project.contract), `${folder}/src/sandboxes/daytona.ts`);
  cpSync(agentPath(project.agent), `${folder}/src/agent.ts`);
  writeFileSync(
    `${folder}/src/all.ts`,
    `export { Daytona } from '@daytona/sdk';
export * as runtime from '@flue/runtime';
export { daytona } from './sandboxes/daytona.js';
`,
  );
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({ extends: '../../tsconfig.json', include: ['src'] }),
  );
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
