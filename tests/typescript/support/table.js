// The table of cases in `conformance.md`: what ran, in which language, with which outcome.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { DIFFERENCES } from '../differences.js';
import { PROJECTS, versionsIn } from './projects.js';

const TABLE = fileURLToPath(new URL('../conformance.md', import.meta.url));
const RUST_SUITE = new URL('../../../crates/flue-runtime/src/conformance/', import.meta.url);

/** Compares the committed table with `outcomes`; `SNAPSHOTS=overwrite` writes it. */
export function checkTable(outcomes) {
  const table = render(outcomes, rustCases());
  if (process.env.SNAPSHOTS === 'overwrite') writeFileSync(TABLE, table);
  const committed = existsSync(TABLE) ? readFileSync(TABLE, 'utf8') : '';
  return committed === table;
}

/** The names of the cases that the Rust adapter runs. */
function rustCases() {
  if (!existsSync(RUST_SUITE)) return new Set();
  const files = readdirSync(RUST_SUITE, { recursive: true }).filter((name) => name.endsWith('.rs'));
  const texts = files.map((name) => readFileSync(new URL(name, RUST_SUITE), 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(/"([a-z_0-9]+\/[a-z_0-9]+)"/g)]);
  return new Set(names.map(([, name]) => name));
}

function render(outcomes, rust) {
  const names = [...outcomes.keys()];
  const columns = PROJECTS.map((project) => `contract ${project.contract}: ${versionsIn(project)}`);
  const notes = Object.entries(DIFFERENCES).map(([name, reason]) => `- \`${name}\`: ${reason}`);
  const rustOnly = [...rust].filter((name) => !outcomes.has(name)).sort();
  return `# Conformance of the adapters

Written by \`npm test\` in this folder with \`SNAPSHOTS=overwrite\`, and compared with every other run. A mark stands for
a case that passed in both shapes of error that Daytona's servers have; the Rust column, for a case of the same name in
\`crates/flue-runtime/src/conformance\`.

| case | ${columns.join(' | ')} | Rust |
| --- |${' :-: |'.repeat(columns.length + 1)}
${names.map((name) => row(name, outcomes.get(name), rust)).join('\n')}

## Differences

Marked with \`*\` above: the answers differ between the languages, with a reason.

${notes.join('\n')}

## Only in Rust

${rustOnly.map((name) => `- \`${name}\``).join('\n') || 'Nothing.'}
`;
}

function row(name, outcome, rust) {
  const marks = PROJECTS.map((project) => (outcome.get(project.name) ? '✓' : '✗'));
  const star = name in DIFFERENCES ? '*' : '';
  return `| \`${name}\`${star} | ${marks.join(' | ')} | ${rust.has(name) ? '✓' : ''} |`;
}
