// What the command adds to a Rust project is formatted: taplo and rustfmt have nothing to change.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const taplo = fileURLToPath(new URL('node_modules/@taplo/cli/dist/cli.js', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(repository, 'target');

const SORTED = '[[rule]]\ninclude = ["**/Cargo.toml"]\nkeys = ["dependencies"]\n\n[rule.formatting]\nreorder_keys = true\n';
const HEAD = '[package]\nname = "my-agent"\nversion = "0.1.0"\nedition = "2024"\n';

/** The dependencies of packages, whose groups are sorted. */
const MANIFESTS = {
  'sorted': 'anyhow = "1"\nflue-runtime = "0.1"\nserde = { version = "1", features = ["derive"] }\n',
  'sorted groups': '# Agents\nflue-runtime = "0.1"\n\n# Everything else\nanyhow = "1"\nserde = "1"\n',
  'a group that ends before it': 'anyhow = "1"\nbytes = "1"\n\nflue-runtime = "0.1"\nzip = "2"\n',
  'no runtime': 'anyhow = "1"\nserde = "1"\n',
  'no dependencies': undefined,
  'a table of its own': 'anyhow = "1"\n\n[dependencies.flue-runtime]\nversion = "0.1"\n',
};

/** Crate roots, with what beside them. */
const SOURCES = {
  'a program': { 'src/main.rs': 'fn main() {}\n' },
  'a library': { 'src/lib.rs': '//! A library.\n' },
  'a blank file': { 'src/lib.rs': '\n' },
  'other modules': {
    'src/main.rs': '//! An agent.\n#![allow(dead_code)]\n\nmod config;\nmod tools;\n\nuse config::Config;\n\nfn main() {\n    let _ = Config;\n}\n',
    'src/config.rs': 'pub struct Config;\n',
    'src/tools.rs': '//! Tools.\n',
  },
  'a folder of sandboxes': {
    'src/main.rs': 'mod sandboxes;\n\nfn main() {}\n',
    'src/sandboxes/mod.rs': 'pub mod alone;\npub mod local;\n',
    'src/sandboxes/alone.rs': '//! One.\n',
    'src/sandboxes/local.rs': '//! Another.\n',
  },
};

/** A project with these files, in a folder that goes with the test, after `flue add`. */
function added(t, files) {
  const folder = mkdtempSync(join(tmpdir(), 'flue-added-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  assert.equal(said(folder, join(target, 'debug/flue'), 'add', 'sandbox', 'daytona', '--quiet'), '');
  return folder;
}

/** What a program complains about in `folder`. */
function said(folder, program, ...args) {
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (error) throw error;
  return status === 0 ? '' : `${stdout}${stderr}` || `code ${status}`;
}

const formatted = (folder) => said(folder, process.execPath, taplo, 'fmt', '--check', 'Cargo.toml');

for (const [name, dependencies] of Object.entries(MANIFESTS)) {
  for (const [style, settings] of Object.entries({ usual: '', sorted: SORTED })) {
    test(`taplo has nothing to change: ${name}, ${style}`, (t) => {
      const table = dependencies === undefined ? '' : `\n[dependencies]\n${dependencies}`;
      const files = { 'Cargo.toml': HEAD + table, 'src/main.rs': 'fn main() {}\n', '.taplo.toml': settings };
      const folder = added(t, files);
      assert.match(readFileSync(join(folder, 'Cargo.toml'), 'utf8'), /daytona-sdk/);
      assert.equal(formatted(folder), '');
    });
  }
}

for (const [name, sources] of Object.entries(SOURCES)) {
  test(`rustfmt has nothing to change: ${name}`, (t) => {
    const folder = added(t, { 'Cargo.toml': `${HEAD}\n[dependencies]\n`, ...sources });
    assert.equal(said(folder, 'cargo', 'fmt', '--check'), '');
  });
}
