// Runs every case through every project, in both shapes of error that Daytona's servers have.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { CASES } from './cases.js';
import { failure } from './support/expect.js';
import { Loopback } from './support/loopback.js';
import { load, PROJECTS, versionsIn } from './support/projects.js';
import { checkTable } from './support/table.js';

/** Whether each case passed, by project. */
const outcomes = new Map(Object.keys(CASES).map((name) => [name, new Map()]));

for (const project of PROJECTS) {
  for (const shape of ['v0.190', 'with-source']) {
    describe(`contract ${project.contract} with ${versionsIn(project)}, errors ${shape}`, () => {
      let server;
      let client;
      let modules;

      before(async () => {
        server = await Loopback.start('--error-shape', shape);
        modules = await load(project);
        client = new modules.Daytona({
          apiUrl: server.apiUrl,
          apiKey: server.apiKey,
          target: 'us',
          useDeprecatedPolling: true,
        });
      });
      after(() => server.close());

      for (const [name, run] of Object.entries(CASES)) {
        test(name, async (t) => {
          const sandbox = await client.create();
          t.after(() => server.clearFaults());
          const outcome = outcomes.get(name);
          const passedBefore = outcome.get(project.name) ?? true;
          outcome.set(project.name, false);
          await run(await contextOf({ project, server, client, sandbox, ...modules }));
          outcome.set(project.name, passedBefore);
        });
      }
    });
  }
}

test('the table in conformance.md tells what happened', () => {
  assert.ok(checkTable(outcomes), 'run `SNAPSHOTS=overwrite npm test` and look at the difference');
});

async function contextOf({ project, server, client, sandbox, runtime, daytona }) {
  const factory = daytona(sandbox);
  const env =
    project.contract === 1
      ? await factory.createSessionEnv({ id: 'agent-1' })
      : await factory.createSandbox({ id: 'agent-1' });
  return {
    env,
    server,
    client,
    sandbox,
    runtime,
    shell: async (command) => {
      const { exitCode, result } = await sandbox.process.executeCommand(command);
      assert.equal(exitCode, 0, result);
      return result;
    },
    isDead: async (promise, operation) => {
      const error = await failure(promise);
      if (project.contract === 1) return;
      assert.ok(error instanceof runtime.SandboxDiedError, error.stack);
      assert.deepEqual(error.meta, { operation, reason: 'stopped' });
    },
  };
}
