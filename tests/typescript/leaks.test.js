// The lines that the command shows leave no sandbox behind that nothing ends, whatever request fails and however.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { agentOf, CASES, linesOf } from './support/agents.js';
import { hurry } from './support/clock.js';
import { leaks } from './support/leaks.js';
import { Loopback } from './support/loopback.js';

// The SDK waits before it asks again.
hurry(20);

// With the oldest SDK one agent will do.
const AGENTS = CASES.filter(([name]) => !name.endsWith('0.187.0') || name.startsWith('contract 1'));

/** How often each text of the lines has run. */
const runs = new Map();

for (const [name, build] of AGENTS) {
  describe(name, () => {
    let server;
    let lines;
    let open;

    before(async () => {
      server = await Loopback.start();
      process.env.DAYTONA_API_URL = server.apiUrl;
      process.env.DAYTONA_API_KEY = server.apiKey;
      const project = build();
      lines = linesOf(project);
      open = await agentOf(project);
    });
    after(() => server.close());

    async function run() {
      const sandbox = await open('ada');
      await sandbox.writeFile('notes.txt', 'kept');
      assert.equal(await sandbox.readFile('notes.txt'), 'kept');
    }

    async function stopped() {
      await run();
      await server.setState({ id: 'assistant-ada' }, 'stopped');
    }

    for (const [state, prepare] of [['new', undefined], ['stopped', stopped]]) {
      test(`an agent whose sandbox is ${state}`, async () => {
        const outcome = await leaks(server, { prepare, run });
        assert.deepEqual(outcome.left, []);
        runs.set(lines, (runs.get(lines) ?? 0) + outcome.runs);
      });
    }
  });
}

test('each text of the lines has run 200 times', () => {
  assert.ok(runs.size >= 4, `${runs.size} texts`);
  for (const times of runs.values()) assert.ok(times >= 200, `${times} times`);
});
