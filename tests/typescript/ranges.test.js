// What npm's own reader of ranges says of those in `src/npm/range/oracle.txt`, which the command's reader is held against.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import semver from 'semver';

const ORACLE = new URL('../../src/npm/range/oracle.txt', import.meta.url);

const VERSIONS = [
  '0.0.0', '0.0.3-rc.1', '0.0.3', '0.0.4', '0.2.0', '0.2.3-beta.2', '0.2.3', '0.2.9', '0.3.0-0', '0.3.0', '0.187.0', '0.216.0',
  '1.0.0-0', '1.0.0-beta.5', '1.0.0-beta.9', '1.0.0-beta.10', '1.0.0', '1.2.0', '1.2.3-alpha', '1.2.3', '1.2.4', '1.3.0-rc.1',
  '1.3.0', '1.9.9', '2.0.0-0', '2.0.0-beta.1', '2.0.0', '2.0.1', '2.1.0-beta.1', '2.1.0', '2.3.4', '3.0.0', '10.20.30',
];

const OPERATORS = ['', '=', '^', '~', '~>', '>', '>=', '<', '<=', '>= ', '^ ', '==', '>=v', '=>', '><', '!'];

const PARTS = [
  '0', '1', '2', '0.0', '0.2', '1.2', '0.0.0', '0.0.3', '0.2.3', '1.2.3', '2.0.0', '1.x', '1.2.x', '1.*', '1.X.x', '1.x.3', 'x', '*',
  'x.2', '1.0.0-beta.5', '0.2.3-beta', '1.2.3+build.7', 'v1.2.3', '1.2.3.4', '01.2.3', '1.2.3-', '1..2', 'a', '',
];

const OTHERS = [
  '>=0.187.0 <1', '>=1.2.3 <2.0.0', '>1.2 <=2', '>= 1.2 < 3', '^1 || ^2.1', '1.x||>=3', '1.2.3 || 2.0.0-beta.1', '||', '1 ||', '|| 1',
  '^1.2 ~1.2.3', '1 2', '>2 <1', '1.2 - 1.4', '1.2.3 - 2.3.4', '1 - 2', '1.0.0-beta.5 - 2', '1.x - 2.x', '* - 1', '1.2.3 -2.0.0',
  '1.2.3- 2.0.0', '1.2.3  -  2.0.0', ' ^1.2.3 ', '\t>=1\t<2', '>=1.0.0-beta.5 <1.0.0-beta.10', '<1.0.0-beta.9', '>1.0.0-beta.9',
  '~1.0.0-beta.5', '>=1.3.0-rc.1', '<=1.2.3-alpha', '^0.0.3-rc.1', '<2.0.0-0', '>=2.0.0-0', '<0.0.0', '>*', '<*', '^*', '~x', '>=*',
  '1.2.3 || a', '^1 || file:x', 'latest-1', '1.2.3 , 2', '1 && 2', '^1.2.3 ^2', '>=1.2.3 1.x', '=1.2.3 =1.2.3', '~ 1.2', '> 1',
];

const RANGES = [...OPERATORS.flatMap((operator) => PARTS.map((part) => operator + part)), ...OTHERS];

/** What npm says of `range`: one digit a version, or a dash if it is no range. */
function verdict(range) {
  const parsed = semver.validRange(range);
  if (parsed === null) return '-';
  return VERSIONS.map((version) => (semver.satisfies(version, range) ? '1' : '0')).join('');
}

test('the table of ranges is what npm says', () => {
  const rows = [...new Set(RANGES)].map((range) => `${JSON.stringify(range)} ${verdict(range)}\n`);
  const table = `${VERSIONS.join(' ')}\n${rows.join('')}`;
  if (process.env.SNAPSHOTS === 'overwrite') writeFileSync(ORACLE, table);
  assert.equal(readFileSync(ORACLE, 'utf8'), table);
});
