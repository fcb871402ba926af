// The tables in `conformance.md` and `docker.md`: which case came to what, in which language.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { DIFFERENCES, OTHER_WORDS } from '../differences.js';
import { PROJECTS, versionsIn } from './projects.js';

/** Which cases passed in which projects, every time that they ran there. */
export class Outcomes {
  #cases = new Map();

  add(name, project, passed) {
    const passedBefore = this.passed(name, project) ?? true;
    if (!this.#cases.has(name)) this.#cases.set(name, new Map());
    this.#cases.get(name).set(project.name, passedBefore && passed);
  }

  /** The names of the cases, sorted. */
  names() {
    return [...this.#cases.keys()].sort();
  }

  passed(name, project) {
    return this.#cases.get(name)?.get(project.name);
  }
}

/** Compares the committed tables with what happened; `SNAPSHOTS=overwrite` writes them. */
export function checkTable(suite, own) {
  check('conformance.md', render(suite, own));
}

/** The same for the adapters for Docker, of which the one in TypeScript was tried in `project`. */
export function checkDockerTable(suite, project) {
  check('docker.md', renderDocker(suite, project));
}

function check(name, expected) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (process.env.SNAPSHOTS === 'overwrite') writeFileSync(path, expected);
  const committed = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = difference(committed.split('\n'), expected.split('\n'));
  const help = `${name} is not what happened; \`SNAPSHOTS=overwrite npm test\` writes it anew`;
  assert.ok(committed === expected, `${help}:\n${lines.join('\n')}`);
}

/** The lines that only one of two texts has. */
function difference(before, after) {
  const removed = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const added = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  return [...removed, ...added];
}

function render(suite, own) {
  const projects = PROJECTS.map((project) => `contract ${project.contract}: ${versionsIn(project)}`);
  const suiteRow = (name) => `| \`${name}\` | ${marks(suite, name)} | ✓ |`;
  const ownRow = (name) => `| \`${name}\` | ${marks(own, name)} |`;
  const differences = Object.entries(DIFFERENCES).map(([name, why]) => `\`${name}\`: ${why}`);
  return `# Conformance of the adapters

Written by \`npm test\` in this folder with \`SNAPSHOTS=overwrite\`, and compared with every other run. ✓ stands for a case
that passes in both shapes of error that Daytona's servers have, ≠ for one whose other answer has a reason, ✗ for a failure.

## The suite

The cases of \`flue-conformance\`, which \`cargo test --test conformance\` runs on the Rust adapter.

${table([...projects, 'Rust'], suite.names().map(suiteRow))}

Where the answers differ:

${list(differences)}

What is told in other words:

${list(OTHER_WORDS)}

## Only in TypeScript

The cases of \`cases.js\`.

${table(projects, own.names().map(ownRow))}
`;
}

function renderDocker(suite, project) {
  const row = (name) => `| \`${name}\` | ${mark(suite, name, project)} | ✓ |`;
  return `# Conformance of the adapters for Docker

Written by \`npm test\` in this folder with \`SNAPSHOTS=overwrite\`, and compared with every other run. The cases of
\`flue-conformance\` in real containers; \`cargo test --test docker\` runs them on the Rust adapter. Signs and reasons are those of
[conformance.md](conformance.md).

${table([`contract ${project.contract}`, 'Rust'], suite.names().map(row))}
`;
}

function marks(outcomes, name) {
  return PROJECTS.map((project) => mark(outcomes, name, project)).join(' | ');
}

function mark(outcomes, name, project) {
  if (outcomes.passed(name, project)) return '✓';
  return name in DIFFERENCES ? '≠' : '✗';
}

function table(columns, rows) {
  const rule = `| --- |${' :-: |'.repeat(columns.length)}`;
  return [`| case | ${columns.join(' | ')} |`, rule, ...rows].join('\n');
}

function list(items) {
  return items.map((item) => `- ${item}`).join('\n');
}
