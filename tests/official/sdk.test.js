// The official SDK for TypeScript at work with the stand-in server: what `daytona-sdk` does, it does there, too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { Daytona, DaytonaError, DaytonaNotFoundError, DaytonaValidationError } from '@daytona/sdk';

import { Loopback } from '../typescript/support/loopback.js';

const ours = JSON.parse(readFileSync(new URL('requests.json', import.meta.url), 'utf8'));

let server;
let daytona;

before(async () => {
  server = await Loopback.start();
  // With web sockets for states, it would ask for those of a server that has none until it gives up.
  const options = { useDeprecatedPolling: true, target: 'us' };
  daytona = new Daytona({ apiKey: server.apiKey, apiUrl: server.apiUrl, ...options });
});

after(() => server.close());

/** The requests that `work` makes, with the ids in `ids` called by their names. */
async function requestsOf(work, ids) {
  await server.forgetRequests();
  await work();
  const named = (text) => Object.entries(ids).reduce((text, [name, id]) => text.replaceAll(id, name), text);
  return (await server.requests()).map((request) => ({ ...request, path: named(request.path) }));
}

test('a sandbox lives, sleeps, and goes', async () => {
  const sandbox = await daytona.create({
    name: 'lives',
    autoStopInterval: 30,
    autoDeleteInterval: 60,
    labels: { team: 'compilers' },
    ttlMinutes: 600,
    domainAllowList: 'crates.io',
  });
  assert.equal(sandbox.state, 'started');
  assert.deepEqual([sandbox.autoStopInterval, sandbox.autoDeleteInterval], [30, 60]);
  assert.ok(Date.parse(sandbox.autoDestroyAt) > Date.parse(sandbox.createdAt));

  await sandbox.setLabels({ team: 'kernels' });
  await sandbox.setAutostopInterval(20);
  await sandbox.setAutoArchiveInterval(60);
  await sandbox.setAutoDeleteInterval(120);
  await sandbox.setTtl(900);
  await sandbox.pause();
  assert.equal(sandbox.state, 'paused');
  await sandbox.start();

  await server.advanceClock(15);
  await sandbox.refreshActivity();
  await server.advanceClock(15);
  await sandbox.refreshData();
  assert.equal(sandbox.state, 'started');
  await server.advanceClock(20);
  const found = await daytona.get('lives');
  assert.equal(found.state, 'stopped');
  await found.start();
  assert.deepEqual([found.state, found.labels.team], ['started', 'kernels']);

  const listed = [];
  for await (const { id } of daytona.list({ labels: { team: 'kernels' }, states: ['started'] })) listed.push(id);
  assert.deepEqual(listed, [sandbox.id]);
  await found.stop();
  await server.advanceClock(120);
  await assert.rejects(daytona.get('lives'), DaytonaNotFoundError);
});

test('what excludes each other is refused', async () => {
  const linked = daytona.create({ linkedSandbox: 'other' });
  await assert.rejects(linked, DaytonaValidationError);
});

test('snapshots and volumes are there', async () => {
  const { items, total } = await daytona.snapshot.list();
  assert.equal(items.length, total);
  assert.equal((await daytona.snapshot.get(items[1].name)).id, items[1].id);

  const volume = await daytona.volume.get('shared', true);
  assert.deepEqual(
    (await daytona.volume.list()).map(({ id, state }) => [id, state]),
    [[volume.id, 'ready']],
  );
  const sandbox = await daytona.create({ volumes: [{ volumeId: volume.id, mountPath: '/data' }] });
  await assert.rejects(daytona.volume.delete(volume), DaytonaError);
  await sandbox.delete();
  await daytona.volume.delete(volume);
  assert.deepEqual(await daytona.volume.list(), []);
});

test('files and commands', async () => {
  const sandbox = await daytona.create();
  const { fs, process } = sandbox;
  await fs.createFolder('a dir', '755');
  const uploaded = await requestsOf(() => fs.uploadFile(Buffer.from('text\n'), 'a dir/f+1'), { ID: sandbox.id });
  const { form, ...expected } = ours.uploadFiles;
  const names = [...uploaded[0].body.matchAll(/form-data; name="([^"]+)"/gi)].map(([, name]) => name);
  assert.deepEqual(names, form);
  assert.deepEqual({ method: uploaded[0].method, path: uploaded[0].path }, expected);

  assert.equal((await fs.downloadFile('a dir/f+1')).toString(), 'text\n');
  assert.deepEqual((await fs.listFiles('a dir')).map(({ name }) => name), ['f+1']);
  assert.deepEqual((await fs.findFiles('a dir', 'text')).map(({ line }) => line), [1]);
  await fs.deleteFile('a dir', true);
  await assert.rejects(fs.getFileDetails('a dir'), DaytonaNotFoundError);
  const run = await process.executeCommand('echo "$A"; exit 3', undefined, { A: 'b' }, 30);
  assert.deepEqual([run.exitCode, run.result], [3, 'b\n']);
  await sandbox.delete();
});

test('a session keeps what a command sets, and tells outputs apart as they come', async () => {
  const sandbox = await daytona.create();
  const { process } = sandbox;
  await process.createSession('s');
  await process.executeSessionCommand('s', { command: 'cd / && A=1' });
  const both = await process.executeSessionCommand('s', { command: 'echo "$A $PWD"; echo err >&2; (exit 3)' });
  assert.deepEqual([both.exitCode, both.stdout, both.stderr], [3, '1 /\n', 'err\n']);

  const command = 'echo ready; read x; echo "é$x" >&2';
  const { cmdId } = await process.executeSessionCommand('s', { command, runAsync: true, suppressInputEcho: true });
  const [out, err] = [[], []];
  let isReady;
  const ready = new Promise((resolve) => (isReady = resolve));
  let ended;
  const requests = await requestsOf(
    async () => {
      const onStdout = (text) => isReady(out.push(text));
      ended = process.getSessionCommandLogs('s', cmdId, onStdout, (text) => err.push(text));
      await ready;
    },
    { ID: sandbox.id, COMMAND: cmdId },
  );
  const { method, path, query } = requests[0];
  assert.deepEqual({ method, path, query }, ours['getSessionCommandLogs:follow']);
  await process.sendSessionCommandInput('s', cmdId, 'x');
  await ended;
  assert.deepEqual([out.join(''), err.join('')], ['ready\n', 'éx\n']);
  assert.equal((await process.getSessionCommand('s', cmdId)).exitCode, 0);
  const logs = await process.getSessionCommandLogs('s', cmdId);
  assert.deepEqual([logs.stdout, logs.stderr], ['ready\n', 'éx\n']);
  assert.deepEqual((await process.listSessions()).map(({ commands }) => commands.length), [3]);

  const waiting = await process.executeSessionCommand('s', { command: 'read forever', runAsync: true });
  const streamed = process.getSessionCommandLogs('s', waiting.cmdId, () => {}, () => {});
  await process.deleteSession('s');
  // Either the stream ends, or it was asked for too late.
  await streamed.catch(() => {});
  await assert.rejects(process.getSession('s'), DaytonaNotFoundError);
  await sandbox.delete();
});
