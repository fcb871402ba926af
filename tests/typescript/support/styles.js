// Formatters and linters, everything that they may be told, and what they say about a project.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { write } from './projects.js';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));

const INDENTATIONS = [true, false].flatMap((tabs) => [2, 4].map((indent) => ({ tabs, indent })));
const QUOTES = ['single', 'double'];
const COMMAS = ['all', 'es5', 'none'];

/** Each width with each kind of indentation and semicolons; quotes and commas take turns. */
export const STYLES = [80, 100, 120]
  .flatMap((width) => INDENTATIONS.map((indentation) => ({ width, ...indentation })))
  .flatMap((style) => [true, false].map((semicolons) => ({ ...style, semicolons })))
  .map((style, index) => ({
    ...style,
    quotes: QUOTES[Math.floor(index / 3) % QUOTES.length],
    commas: COMMAS[index % COMMAS.length],
  }));

function prettierSettings({ width, semicolons, quotes, tabs, indent, commas }) {
  return {
    printWidth: width,
    semi: semicolons,
    singleQuote: quotes === 'single',
    useTabs: tabs,
    tabWidth: indent,
    trailingComma: commas,
  };
}

function biomeSettings({ width, semicolons, quotes, tabs, indent, commas }) {
  return {
    formatter: { lineWidth: width, indentStyle: tabs ? 'tab' : 'space', indentWidth: indent },
    javascript: {
      formatter: {
        semicolons: semicolons ? 'always' : 'asNeeded',
        quoteStyle: quotes,
        trailingCommas: commas,
      },
    },
  };
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** How a formatter is run, and the file that its settings are in. */
export const FORMATTERS = {
  biome: {
    run: ['@biomejs/biome/bin/biome', 'check'],
    file: 'biome.json',
    settings: (style) => json(biomeSettings(style)),
  },
  oxfmt: {
    run: ['oxfmt/bin/oxfmt', '--check'],
    file: '.oxfmtrc.json',
    settings: (style) => json(prettierSettings(style)),
  },
  prettier: {
    run: ['prettier/bin/prettier.cjs', '--list-different'],
    file: '.prettierrc',
    settings: (style) => json(prettierSettings(style)),
  },
};

export const OXLINT = ['oxlint/bin/oxlint', '--deny-warnings'];

/** An npm project with these files, in a folder that goes with the test. */
export function projectFolder(t, runtime, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'flue-style-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(`${folder}/src`);
  const manifest = { name: 'my-agent', type: 'module', dependencies: { '@flue/runtime': runtime } };
  write(folder, { 'package.json': json(manifest), ...files });
  return folder;
}

/** What a program of `node_modules` says of `paths`; nothing if it is content. */
export function complaints([program, ...options], folder, paths) {
  const args = [modules + program, ...options, ...paths];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}` || `code ${status}`;
}
