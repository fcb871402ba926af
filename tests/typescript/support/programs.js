// Finds the programs of this repository that the tests start.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? `${repository}target`;

/** The path of the program that the package `name` builds. */
export function programPath(name) {
  const path = `${target}/debug/${name}`;
  if (existsSync(path)) return path;
  throw new Error(`no program at '${path}': run \`cargo build -p ${name}\` first`);
}
