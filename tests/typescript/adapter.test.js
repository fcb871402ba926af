// What an adapter makes of answers that no server gives on demand: times, states and silence.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { failure } from './support/expect.js';
import { load, PROJECTS, versionsIn } from './support/projects.js';

const FILE = {
  name: 'f',
  size: 5,
  mode: '-rw-r--r--',
  isDir: false,
  owner: '0',
  group: '0',
  permissions: '0644',
  modTime: '2026-06-23 13:33:38.123456789 +0000 UTC',
  modifiedAt: '2026-06-23T13:33:38.123456789Z',
};

/** An SDK's sandbox that answers as it is told. */
function fakeSandbox({ fs = {}, process = {}, ...own } = {}) {
  return { state: 'started', getWorkDir: async () => '/w', fs, process, ...own };
}

async function openEnv({ daytona }, sandbox) {
  const factory = daytona(sandbox);
  return await (factory.createSandbox ?? factory.createSessionEnv)({ id: 'agent-1' });
}

for (const project of PROJECTS) {
  const modules = await load(project);
  const open = (sandbox) => openEnv(modules, fakeSandbox(sandbox));

  describe(`contract ${project.contract} with ${versionsIn(project)}`, () => {
    const mtimes = {
      'from modifiedAt': [{}, '2026-06-23T13:33:38.123Z'],
      'with the zone of modifiedAt': [
        { modifiedAt: '2026-06-23T15:33:38+02:00' },
        '2026-06-23T13:33:38.000Z',
      ],
      'from modTime': [{ modifiedAt: undefined }, '2026-06-23T13:33:38.123Z'],
      'from modTime without a fraction': [
        { modifiedAt: undefined, modTime: '2026-06-23 13:33:38 +0000 UTC' },
        '2026-06-23T13:33:38.000Z',
      ],
      'from modTime east of Greenwich': [
        { modifiedAt: '', modTime: '2026-06-23 15:33:38.5 +0200 CEST' },
        '2026-06-23T13:33:38.500Z',
      ],
      'from modTime in a zone without a name': [
        { modifiedAt: 'soon', modTime: '2026-06-23 10:03:38 -0330 -0330' },
        '2026-06-23T13:33:38.000Z',
      ],
    };
    for (const [what, [times, expected]] of Object.entries(mtimes)) {
      test(`mtime ${what}`, async () => {
        const env = await open({ fs: { getFileDetails: async () => ({ ...FILE, ...times }) } });
        assert.equal((await env.stat('f')).mtime.toISOString(), expected);
      });
    }

    test('mtime is left out when nothing tells it', async () => {
      const info = { ...FILE, modifiedAt: undefined, modTime: 'yesterday' };
      const env = await open({ fs: { getFileDetails: async () => info } });
      assert.deepEqual(await env.stat('f'), { isFile: true, isDirectory: false, size: 5 });
    });

    test('a sandbox without a work dir has the usual one', async () => {
      const env = await open({ getWorkDir: async () => undefined });
      assert.equal(env.cwd, '/home/daytona');
    });

    test('a factory makes one environment after the other', async () => {
      const factory = modules.daytona(fakeSandbox());
      const make = factory.createSandbox ?? factory.createSessionEnv;
      assert.equal((await make({ id: 'a' })).cwd, (await make({ id: 'a' })).cwd);
    });

    test('a failure of the network shows while a refusal is looked into', async () => {
      const refusal = Object.assign(new Error('bad request'), { statusCode: 400 });
      const reset = new Error('socket hang up');
      const env = await open({
        fs: {
          listFiles: () => Promise.reject(refusal),
          getFileDetails: () => Promise.reject(reset),
        },
        refreshData: async () => {},
      });
      assert.equal(await failure(env.readdir('f')), reset);
    });

    test('what the caller changes later is not uploaded', async () => {
      const uploads = [];
      const env = await open({ fs: { uploadFile: async (bytes) => void uploads.push(bytes) } });
      const content = new Uint8Array([1, 2, 3]);
      await env.writeFile('f', content);
      content.fill(9);
      assert.deepEqual([...uploads[0]], [1, 2, 3]);
      assert.ok(Buffer.isBuffer(uploads[0]));
    });
  });

  if (project.contract === 2) {
    describe(`death with ${versionsIn(project)}`, () => {
      /** Starts a command that no one answers, and lets `milliseconds` pass while it waits. */
      async function waitFor(t, milliseconds, sandbox) {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const env = await open({
          process: { executeCommand: () => new Promise(() => {}) },
          ...sandbox,
        });
        const outcome = { error: undefined };
        env.exec('true').catch((error) => (outcome.error = error));
        for (let passed = 0; passed < milliseconds; passed += 1_000) {
          await turn();
          t.mock.timers.tick(1_000);
        }
        await turn();
        return outcome;
      }

      /** Lets everything run that does not wait for a timer. */
      const turn = () => new Promise((resolve) => setImmediate(resolve));

      function assertDied({ error }, reason) {
        assert.ok(error instanceof modules.runtime.SandboxDiedError, error?.stack);
        assert.deepEqual(error.meta, { operation: 'exec', reason });
      }

      for (const state of ['build_failed', 'destroyed', 'error', 'stopped']) {
        test(`a call ends when the sandbox is ${state}`, async (t) => {
          const sandbox = { state, refreshData: async () => {} };
          assertDied(await waitFor(t, 5_000, sandbox), 'stopped');
        });
      }

      test('a call ends when the sandbox is not found', async (t) => {
        const missing = Object.assign(new Error('not found'), { statusCode: 404 });
        const refreshData = () => Promise.reject(missing);
        assertDied(await waitFor(t, 5_000, { refreshData }), 'stopped');
      });

      test('a call ends when looks go unanswered for 10 s', async (t) => {
        const refreshData = () => new Promise(() => {});
        const early = await waitFor(t, 14_000, { refreshData });
        assert.equal(early.error, undefined);
        t.mock.timers.tick(1_000);
        await new Promise((resolve) => setImmediate(resolve));
        assertDied(early, 'probe_silent');
      });

      for (const state of ['started', 'paused', 'hibernating', undefined]) {
        test(`a call goes on while the sandbox is ${state}`, async (t) => {
          let looks = 0;
          const refreshData = async () => void (looks += 1);
          const { error } = await waitFor(t, 60_000, { state, refreshData });
          assert.deepEqual([error, looks], [undefined, 12]);
        });
      }

      test('a call goes on when a look fails', async (t) => {
        const refreshData = () => Promise.reject(new Error('network is down'));
        assert.equal((await waitFor(t, 60_000, { refreshData })).error, undefined);
      });

      test('no timer is left when a call has ended', async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const looks = [];
        const env = await open({
          process: { executeCommand: async () => ({ exitCode: 0, result: '' }) },
          refreshData: async () => void looks.push('look'),
        });
        await env.exec('true');
        t.mock.timers.tick(60_000);
        assert.deepEqual(looks, []);
      });

      test('a failure of the network is looked into', async () => {
        const reset = new Error('socket hang up');
        const alive = await open({
          process: { executeCommand: () => Promise.reject(reset) },
          refreshData: async () => {},
        });
        assert.equal(await failure(alive.exec('true')), reset);
        const dead = await open({
          process: { executeCommand: () => Promise.reject(reset) },
          refreshData: async () => {},
          state: 'stopped',
        });
        assertDied({ error: await failure(dead.exec('true')) }, 'stopped');
      });
    });
  }
}
