// Runs the suite of the Rust adapter, and the cases that only TypeScript has, in every project, in both shapes of error
// that Daytona's servers have. With `VERCEL=1` the SDK takes its host for a serverless one.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { CASES } from './cases.js';
import { DIFFERENCES, DIFFERENCES_ON_SERVERLESS_HOSTS } from './differences.js';
import { failure } from './support/expect.js';
import { Loopback } from './support/loopback.js';
import { load, OLDEST_AND_NEWEST, PROJECTS, versionsIn } from './support/projects.js';
import { DAYTONA, runSuite } from './support/suite.js';
import { checkTable, Outcomes } from './support/table.js';

const isServerless = 'VERCEL' in process.env;
const projects = isServerless ? OLDEST_AND_NEWEST : PROJECTS;
const differences = { ...DIFFERENCES, ...(isServerless && DIFFERENCES_ON_SERVERLESS_HOSTS) };

const suiteOutcomes = new Outcomes();
const ownOutcomes = new Outcomes();

for (const project of projects) {
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

      test('the suite of the Rust adapter', async (t) => {
        const sandbox = await client.create();
        const open = (id) => openEnv(project, modules.daytona(sandbox), id);
        const verdicts = await runSuite(DAYTONA, modules.runtime, open);
        for (const [name, reason] of verdicts) {
          suiteOutcomes.add(name, project, reason === undefined);
          await t.test(name, () => assertAsListed(name, reason));
        }
      });

      for (const [name, run] of Object.entries(CASES)) {
        test(name, async (t) => {
          const sandbox = await client.create();
          t.after(() => server.clearFaults());
          let passed = false;
          t.after(() => ownOutcomes.add(name, project, passed));
          await run(await contextOf({ project, server, client, sandbox, ...modules }));
          passed = true;
        });
      }
    });
  }
}

test('the tables in conformance.md tell what happened', { skip: isServerless }, () => {
  checkTable(suiteOutcomes, ownOutcomes);
});

/** Expects that a case of the suite passed, or failed if `differences.js` says so. */
function assertAsListed(name, reason) {
  if (!(name in differences)) return assert.equal(reason, undefined);
  assert.ok(reason, 'it passes: take it out of differences.js');
}

async function openEnv(project, factory, id) {
  return project.contract === 1
    ? await factory.createSessionEnv({ id })
    : await factory.createSandbox({ id });
}

async function contextOf({ project, server, client, sandbox, runtime, daytona }) {
  return {
    env: await openEnv(project, daytona(sandbox), 'agent-1'),
    isServerless,
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
