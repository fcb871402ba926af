// After the runtime has moved to its second contract, an update makes of an edited adapter one that compiles, edits and all.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

import { compile, folderOf, MODULES, PROJECTS, write } from './support/projects.js';
import { programPath } from './support/programs.js';

const ADAPTER = 'src/sandboxes/daytona.ts';

/** What the application does with the adapter. */
const USE = `import type { Sandbox } from '@daytona/sdk';
import type { SandboxFactory } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

export const factory = (sandbox: Sandbox): SandboxFactory => daytona(sandbox);
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
function editedProject(t, old) {
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

test('an edited adapter moves from 2.0.1 to 2.1.0', (t) => {
  const [old, newest] = ['2.0.1', 'newest'].map((name) => PROJECTS.find((project) => project.name === name));
  const project = editedProject(t, old);
  const moved = { name: `${newest.name}/${basename(project.name)}` };
  t.after(() => [project, moved].forEach((it) => rmSync(folderOf(it), { recursive: true, force: true })));
  const check = (it) => compile(it, 'typescript', ['--noEmit', ...MODULES.NodeNext]);
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
      assert.ok(text.includes(line), line);
    }
  }
  assert.match(text, /SandboxDiedError/);
  assert.equal(flue(folderOf(moved), 'update', '--check').status, 0);
});
