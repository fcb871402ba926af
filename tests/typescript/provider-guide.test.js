// The guide to other providers, followed word by word in a project in TypeScript: what it holds compiles, and with the
// calls of a provider written it passes the whole suite.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, delimiter, dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { programPath } from './support/programs.js';
import { compile, folderOf, MODULES, PROJECTS, write } from './support/projects.js';

/** What someone writes who follows the guide, in the place of what is not written yet. */
const WRITTEN = {
  'export type ProviderSandbox = object;': `export type ProviderSandbox = Machine;

async function filed<T>(act: () => T): Promise<T> {
	try {
		return act();
	} catch (error) {
		const code = codeOf(error);
		if (typeof code === 'string' && code in FILE_FAILURES) throw new FileFailure(code as keyof typeof FILE_FAILURES);
		throw error;
	}
}`,
  "throw notWritten('the working directory');": 'return this.sandbox.workingDirectory();',
  "throw notWritten('reading', path);": 'return await filed(() => new Uint8Array(fs.readFileSync(permitted(path))));',
  "throw notWritten('writing', path, content);": 'await filed(() => fs.writeFileSync(path, content));',
  "throw notWritten('a look', path);": `const found = await filed(() => fs.statSync(permitted(path)));
		return { isFile: found.isFile(), isDirectory: found.isDirectory(), size: found.size, mtime: found.mtime };`,
  "throw notWritten('listing', path);": 'return await filed(() => fs.readdirSync(permitted(path)));',
  "throw notWritten('a folder', path, recursive);": `try {
			await filed(() => fs.mkdirSync(path, { recursive }));
		} catch (error) {
			throw error instanceof FileFailure && recursive && error.fileCode === 'ENOENT' ? new FileFailure('ENOTDIR') : error;
		}`,
  "throw notWritten('removing', path, recursive);": `await filed(() => {
			if (fs.lstatSync(path).isDirectory() && !recursive) throw new FileFailure('EISDIR');
			fs.rmSync(path, { recursive });
		});`,
  "throw notWritten('a command', command, options);": `const env = options.env ?? {};
		if ([command, ...Object.values(env)].some((text) => text.includes('\\0'))) throw new TypeError('a NUL character');
		const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
		if (!Object.keys(env).every(isName)) throw new TypeError('no name of a variable');
		const cwd = options.cwd ?? '/';
		await filed(() => fs.statSync(cwd));
		const run = { cwd, env, deadlineMs: options.timeoutMs, signal: options.signal };
		const result = await this.sandbox.run(command, run).catch((error: unknown) => filed(() => { throw error; }));
		if (result === undefined) throw new DeadlinePassed();
		return result;`,
};

/** What is deleted in the end. */
const NOT_WRITTEN = /\n\/\*\* Goes when all calls are written. \*\/\nfunction notWritten\(.*?\n\}\n/s;

const IMPORTS = `import * as fs from 'node:fs';
import { codeOf, permitted, type Sandbox as Machine } from './this-machine.js';
`;

/** `text` with what is written in each of its gaps. */
function filled(text, gaps) {
  for (const [gap, written] of Object.entries(gaps)) {
    assert.equal(text.split(gap).length, 2, gap);
    text = text.replace(gap, () => written);
  }
  return text;
}

test('who follows it ends with an adapter that passes the suite', (t) => {
  const newest = PROJECTS.find(({ name }) => name === 'newest');
  const folder = mkdtempSync(`${folderOf(newest)}/guide-`);
  t.after(() => rmSync(folder, { recursive: true }));
  const project = { name: `${newest.name}/${basename(folder)}` };
  write(folder, {
    'package.json': '{ "name": "guide", "type": "module", "dependencies": { "@flue/runtime": "2.1.0" } }',
    'tsconfig.json': '{ "extends": "../../../tsconfig.json", "compilerOptions": { "allowJs": true }, "include": ["src"] }',
  });

  const args = ['add', 'sandbox', 'https://sandboxes.example'];
  const { stdout: guide } = spawnSync(programPath('flue'), args, { cwd: folder, encoding: 'utf8' });
  assert.doesNotMatch(guide, /## In Rust/);
  const blocks = [...guide.matchAll(/\n```(\w+)\n(.*?)\n```\n/gs)].map(([, language, text]) => ({ language, text }));
  assert.deepEqual(blocks.map(({ language }) => language), ['ts', 'js']);
  const [adapter, suite] = blocks.map(({ text }) => `${text}\n`);

  const sandboxes = `${folder}/src/sandboxes`;
  write(folder, { 'src/sandboxes/example.ts': adapter, 'src/sandboxes/example.test.js': suite });
  for (const compiler of ['typescript', 'typescript-7']) {
    assert.equal(compile(project, compiler, ['--noEmit', ...MODULES.NodeNext]), '');
  }

  const machine = fileURLToPath(new URL('support/this-machine.ts', import.meta.url));
  copyFileSync(machine, `${sandboxes}/this-machine.ts`);
  write(folder, {
    'src/sandboxes/example.ts': IMPORTS + filled(adapter, WRITTEN).replace(NOT_WRITTEN, ''),
    'src/sandboxes/example.test.js': filled(suite, {
      "import { example } from './example.js';": "import { example } from './example.js';\nimport { Sandbox } from './this-machine.js';",
      'return {};': 'return new Sandbox();',
    }),
  });
  const output = ['--rootDir', `${folder}/src`, '--outDir', `${folder}/dist`];
  assert.equal(compile(project, 'typescript-7', [...MODULES.NodeNext, ...output]), '');
  const env = { ...process.env, PATH: `${dirname(programPath('flue-conformance'))}${delimiter}${process.env.PATH}` };
  // Run as a test of its own, not as part of this one.
  delete env.NODE_TEST_CONTEXT;
  const run = spawnSync(process.execPath, ['--test', `${folder}/dist/sandboxes/example.test.js`], { env, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /\d{3} cases/);
});
