// After the runtime has moved to its second contract, an update makes of an edited adapter one that compiles and passes the suite,
// edits and all, whatever formatter has been over it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

import { DIFFERENCES } from './differences.js';
import { Loopback } from './support/loopback.js';
import { programPath } from './support/programs.js';
import { compile, folderOf, load, MODULES, PROJECTS, write } from './support/projects.js';
import { FORMATTERS } from './support/styles.js';
import { DAYTONA, runSuite } from './support/suite.js';

const ADAPTER = 'src/sandboxes/daytona.ts';

/** What the application does with the adapter. */
const USE = `import type { Sandbox } from '@daytona/sdk';
import type { SandboxFactory } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

export const factory = (sandbox: Sandbox): SandboxFactory => daytona(sandbox);
`;

/** What the suite needs. */
const ALL = `export { Daytona } from '@daytona/sdk';
export * as runtime from '@flue/runtime';
export { daytona } from './sandboxes/daytona.js';
`;

/** Lines of the adapter, and what someone has made of them. */
const EDITS = [
  ["const DEFAULT_WORK_DIR = '/home/daytona';", "const DEFAULT_WORK_DIR = '/home/team';"],
  ["    const bytes = await this.download('readFile', path);", "    console.debug('readFile', path);\n$&"],
  ["    requireSendable(command, options.env);", "    console.debug('exec', command);\n$&"],
  ['  async readdir(', '  shoutsLouder(): string {\n    return shout(DEFAULT_WORK_DIR);\n  }\n\n$&'],
  [/$/, '\nfunction shout(text: string): string {\n  return text.toUpperCase();\n}\n'],
];

function flue(folder, ...args) {
  return spawnSync(programPath('flue'), args, { cwd: folder, encoding: 'utf8' });
}

function declare(folder, runtime) {
  const dependencies = { '@daytona/sdk': '^0.216.0', '@flue/runtime': runtime };
  write(folder, { 'package.json': JSON.stringify({ name: 'moved', type: 'module', dependencies }) });
}

/** A project with an edited adapter for 2.0.1. */
function editedProject(old) {
  const folder = mkdtempSync(`${folderOf(old)}/moved-`);
  const config = { extends: '../../../tsconfig.json', include: ['src'] };
  mkdirSync(`${folder}/src`);
  write(folder, { 'tsconfig.json': JSON.stringify(config), 'src/use.ts': USE });
  declare(folder, '2.0.1');
  assert.equal(flue(folder, 'add', 'sandbox', 'daytona').status, 0);
  let text = readFileSync(`${folder}/${ADAPTER}`, 'utf8');
  for (const [line, edit] of EDITS) {
    const edited = text.replace(line, edit);
    assert.notEqual(edited, text, `${line}`);
    text = edited;
  }
  writeFileSync(`${folder}/${ADAPTER}`, text);
  return { name: `${old.name}/${basename(folder)}` };
}

/** The merged adapter at work: compiled, and held against the suite of the Rust adapter. */
async function expectConformance(t, project) {
  const folder = folderOf(project);
  write(folder, { 'src/all.ts': ALL });
  const output = ['--rootDir', `${folder}/src`, '--outDir', `${folder}/dist`];
  assert.equal(compile(project, 'typescript', [...MODULES.NodeNext, ...output]), '');
  const { Daytona, runtime, daytona } = await load(project);
  const server = await Loopback.start('--error-shape', 'with-source');
  t.after(() => server.close());
  const { apiUrl, apiKey } = server;
  const client = new Daytona({ apiUrl, apiKey, target: 'us', useDeprecatedPolling: true });
  const sandbox = await client.create();
  const verdicts = await runSuite(DAYTONA, runtime, (id) => daytona(sandbox).createSandbox({ id }));
  assert.ok(verdicts.size > 20, `${verdicts.size} cases`);
  for (const [name, reason] of verdicts) {
    if (!(name in DIFFERENCES)) assert.equal(reason, undefined, name);
  }
}

/** Formatters, told to change what they can. */
const FORMATTING = {
  nothing: () => {},
  prettier: (folder) => format(folder, '.prettierrc', ['prettier/bin/prettier.cjs', '--write']),
  biome: (folder) => format(folder, 'biome.json', ['@biomejs/biome/bin/biome', 'format', '--write']),
};

function format(folder, file, [program, ...options]) {
  const formatter = Object.values(FORMATTERS).find((it) => it.file === file);
  const style = { width: 100, semicolons: false, quotes: 'double', tabs: true, indent: 4, commas: 'none' };
  write(folder, { [file]: formatter.settings(style) });
  const modules = `${folder}/../../../node_modules`;
  const args = [`${modules}/${program}`, ...options, ADAPTER];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

/** What a formatter leaves of a text: what is written in it. */
const letters = (text) => text.replace(/[^A-Za-z0-9]/g, '');

for (const [formatter, run] of Object.entries(FORMATTING)) {
  test(`an edited adapter moves from 2.0.1 to 2.1.0, formatted by ${formatter}`, async (t) => {
    const [old, newest] = ['2.0.1', 'newest'].map((name) => PROJECTS.find((project) => project.name === name));
    const project = editedProject(old);
    const moved = { name: `${newest.name}/${basename(project.name)}` };
    t.after(() => [project, moved].forEach((it) => rmSync(folderOf(it), { recursive: true, force: true })));
    const check = (it) => compile(it, 'typescript', ['--noEmit', ...MODULES.NodeNext]);
    run(folderOf(project));
    assert.equal(check(project), '');

    // As `npm install @flue/runtime@2.1.0` leaves it.
    renameSync(folderOf(project), folderOf(moved));
    declare(folderOf(moved), '2.1.0');
    assert.match(check(moved), /createSandbox/);
    assert.equal(flue(folderOf(moved), 'add', 'sandbox', 'daytona', '--check').status, 3);

    const { status, stderr } = flue(folderOf(moved), 'update');
    assert.equal(status, 0, stderr);
    assert.equal(check(moved), '');
    const text = readFileSync(`${folderOf(moved)}/${ADAPTER}`, 'utf8');
    for (const [, edit] of EDITS) {
      for (const line of edit.replace('$&', '').split('\n')) {
        assert.ok(letters(text).includes(letters(line)), line);
      }
    }
    assert.match(text, /SandboxDiedError/);
    assert.equal(flue(folderOf(moved), 'update', '--check').status, 0);
    await expectConformance(t, moved);
  });
}
