// What the command writes and shows is as the project's formatter and linter want it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { addAgent, BOTH_CONTRACTS } from './support/projects.js';
import { complaints, FORMATTERS, OXLINT, projectFolder, STYLES } from './support/styles.js';

/** What is installed in a project whose range says little. */
const INSTALLED = { 'node_modules/@flue/runtime/package.json': '{ "version": "2.0.1" }' };

for (const [blueprint, contract, runtime, packages] of [
  ['daytona', '1', '1.0.0-beta.9', {}],
  ['daytona', '1 and 2', BOTH_CONTRACTS, INSTALLED],
  ['daytona', '2', '2.1.0', {}],
  ['docker', '2', '2.1.0', {}],
]) {
  describe(`${blueprint}, contract ${contract}`, () => {
    for (const [name, { run, file, settings }] of Object.entries(FORMATTERS)) {
      test(`${name} has nothing to change, whatever it is told`, (t) => {
        for (const style of STYLES) {
          const folder = projectFolder(t, runtime, { ...packages, [file]: settings(style) });
          assert.equal(complaints(run, folder, addAgent(folder, blueprint)), '', JSON.stringify(style));
        }
      });

      test(`${name} has nothing to change with an empty configuration`, (t) => {
        const folder = projectFolder(t, runtime, { ...packages, [file]: '{}' });
        assert.equal(complaints(run, folder, addAgent(folder, blueprint)), '');
      });
    }

    test('oxlint has nothing to say', (t) => {
      const folder = projectFolder(t, runtime, packages);
      assert.equal(complaints(OXLINT, folder, addAgent(folder, blueprint)), '');
    });
  });
}

test('prettier has nothing to change in any form of its settings', (t) => {
  const FORMS = {
    '.prettierrc': 'semi: false\nsingleQuote: true\nprintWidth: 100\n',
    '.prettierrc.toml': 'semi = false\nsingleQuote = true\nprintWidth = 100\n',
    'prettier.config.js': 'export default { semi: false, singleQuote: true, printWidth: 100 };\n',
  };
  const { run } = FORMATTERS.prettier;
  for (const [file, text] of Object.entries(FORMS)) {
    const folder = projectFolder(t, '2.1.0', { [file]: text });
    assert.equal(complaints(run, folder, addAgent(folder)), '', file);
  }
});

test('prettier and oxfmt have nothing to change where editors are told', (t) => {
  const editor = 'root = true\n[*]\nindent_style = tab\n[*.ts]\nmax_line_length = 100\n';
  for (const { run, file } of [FORMATTERS.prettier, FORMATTERS.oxfmt]) {
    const folder = projectFolder(t, '2.1.0', { [file]: '{}', '.editorconfig': editor });
    assert.equal(complaints(run, folder, addAgent(folder)), '', file);
  }
});
