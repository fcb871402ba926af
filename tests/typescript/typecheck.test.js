// The adapters and the lines that use them compile in strict projects.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { describe, test } from 'node:test';

import {
  adapterPath,
  agentPath,
  compile,
  folderOf,
  MODULES,
  PROJECTS,
  versionsIn,
  writeSources,
} from './support/projects.js';

for (const project of PROJECTS) {
  describe(`contract ${project.contract} with ${versionsIn(project)}`, () => {
    for (const compiler of ['typescript', 'typescript-5']) {
      for (const [name, options] of Object.entries(MODULES)) {
        test(`compiles with ${compiler}, ${name}`, () => {
          assert.equal(compile(project, compiler, ['--noEmit', ...options]), '');
        });
      }
    }

    test('compiles an adapter for both contracts', (t) => {
      t.after(() => writeSources(project));
      const sources = `${folderOf(project)}/src`;
      cpSync(adapterPath('both'), `${sources}/sandboxes/daytona.ts`);
      if (project.agent !== 'definition') {
        cpSync(agentPath('hooks-both-contracts'), `${sources}/agent.ts`);
      }
      for (const compiler of ['typescript', 'typescript-5']) {
        assert.equal(compile(project, compiler, ['--noEmit', ...MODULES.NodeNext]), '');
      }
    });

    // What templates of bundlers set, and less than what Node has.
    test('compiles with the library of ES2020', () => {
      const library = ['--target', 'ES2020', '--lib', 'ES2020'];
      const complaints = compile(project, 'typescript-5', ['--noEmit', ...MODULES.bundler, ...library]);
      assert.equal(complaints, '');
    });
  });
}

describe('the check itself', () => {
  test('finds an adapter for the other contract', (t) => {
    const project = PROJECTS.find(({ name }) => name === 'newest');
    t.after(() => writeSources(project));
    cpSync(adapterPath(1), `${folderOf(project)}/src/sandboxes/daytona.ts`);
    const complaints = compile(project, 'typescript', ['--noEmit', ...MODULES.NodeNext]);
    assert.match(complaints, /TS2741: Property 'createSandbox' is missing/);
  });

  test('compiles an adapter in another style', (t) => {
    const project = PROJECTS.find(({ name }) => name === 'newest');
    t.after(() => writeSources(project));
    cpSync(adapterPath('styled'), `${folderOf(project)}/src/sandboxes/daytona.ts`);
    const complaints = compile(project, 'typescript', ['--noEmit', ...MODULES.NodeNext]);
    assert.equal(complaints, '');
  });
});
