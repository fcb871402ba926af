// The adapters and the lines that use them compile in strict projects.

import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  adapterPath,
  compile,
  folderOf,
  MODULES,
  projectForBoth,
  PROJECTS,
  versionsIn,
  writeSources,
} from './support/projects.js';
import { complaints } from './support/styles.js';

const root = fileURLToPath(new URL('.', import.meta.url));

for (const project of PROJECTS) {
  describe(`contract ${project.contract} with ${versionsIn(project)}`, () => {
    for (const compiler of ['typescript', 'typescript-7']) {
      for (const [name, options] of Object.entries(MODULES)) {
        test(`compiles with ${compiler}, ${name}`, () => {
          assert.equal(compile(project, compiler, ['--noEmit', ...options]), '');
        });
      }
    }

    test('compiles an adapter for both contracts', (t) => {
      const old = PROJECTS.find(({ name }) => name === (project.name === 'beta-9' ? 'beta-9' : '2.0.1'));
      const both = projectForBoth(t, project, old);
      const adapter = readFileSync(`${folderOf(both)}/src/sandboxes/daytona.ts`, 'utf8');
      assert.equal(adapter, readFileSync(adapterPath('both'), 'utf8'));
      for (const compiler of ['typescript', 'typescript-7']) {
        assert.equal(compile(both, compiler, ['--noEmit', ...MODULES.NodeNext]), '');
      }
    });

    // What templates of bundlers set, and less than what Node has.
    test('compiles with the library of ES2020', () => {
      const library = ['--target', 'ES2020', '--lib', 'ES2020'];
      const complaints = compile(project, 'typescript', ['--noEmit', ...MODULES.bundler, ...library]);
      assert.equal(complaints, '');
    });
  });
}

test('typescript-eslint has nothing to say in its strictest form', (t) => {
  // The newest runtime deprecates what both contracts share.
  const old = PROJECTS.filter(({ contract }) => contract === 1);
  const projects = [...PROJECTS, ...old.map((project) => projectForBoth(t, project, project))];
  const folders = projects.map((project) => `${folderOf(project)}/src`);
  const paths = folders.flatMap((folder) => [`${folder}/agents`, `${folder}/sandboxes`]);
  assert.equal(complaints(['eslint/bin/eslint.js'], root, paths), '');
});

describe('imports end as the compiler is told', () => {
  const project = PROJECTS.find(({ name }) => name === 'newest');
  const SUFFIXES = {
    '.js': { module: 'NodeNext' },
    '.ts': { module: 'NodeNext', rewriteRelativeImportExtensions: true },
    '': { module: 'ESNext', moduleResolution: 'bundler' },
  };
  for (const [suffix, options] of Object.entries(SUFFIXES)) {
    test(`with '${suffix}'`, (t) => {
      t.after(() => writeSources(project));
      writeSources(project, options);
      const agent = readFileSync(`${folderOf(project)}/src/agents/assistant.ts`, 'utf8');
      assert.match(agent, new RegExp(`'../sandboxes/daytona${suffix}'`));
      assert.equal(compile(project, 'typescript', ['--noEmit']), '');
    });
  }
});

describe('the check itself', () => {
  test('finds an adapter for the other contract', (t) => {
    const project = PROJECTS.find(({ name }) => name === 'newest');
    t.after(() => writeSources(project));
    cpSync(adapterPath(1), `${folderOf(project)}/src/sandboxes/daytona.ts`);
    const complaints = compile(project, 'typescript-7', ['--noEmit', ...MODULES.NodeNext]);
    assert.match(complaints, /TS2741: Property 'createSandbox' is missing/);
  });

  test('compiles an adapter in another style', (t) => {
    const project = PROJECTS.find(({ name }) => name === 'newest');
    t.after(() => writeSources(project));
    cpSync(adapterPath('styled'), `${folderOf(project)}/src/sandboxes/daytona.ts`);
    const complaints = compile(project, 'typescript-7', ['--noEmit', ...MODULES.NodeNext]);
    assert.equal(complaints, '');
  });
});
