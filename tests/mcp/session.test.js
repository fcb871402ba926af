// The server, asked by the official client for TypeScript: a session, slow calls, and a client that is killed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Loopback } from '../typescript/support/loopback.js';
import { connect, textsOf } from './client.js';

/** The session that the client for Rust runs, too. */
const SESSION = readFileSync(new URL('session.json', import.meta.url), 'utf8');

let loopback;
before(async () => {
  loopback = await Loopback.start();
});
after(() => loopback.close());

test('a session of thirty calls leaves nothing', async () => {
  const client = await connect(loopback);
  const call = (name, args) => client.callTool({ name, arguments: args });
  const { tools } = await client.listTools();
  const destructive = tools.filter(({ annotations }) => annotations.destructiveHint).map(({ name }) => name);
  assert.deepEqual(destructive, ['run', 'write', 'edit', 'remove']);

  const cwd = textsOf(await call('run', { command: 'pwd' })).join('').trimEnd();
  const steps = JSON.parse(SESSION.replaceAll('{cwd}', cwd));
  assert.equal(steps.length, 30);
  for (const { tool, arguments: args, texts, error } of steps) {
    const result = await call(tool, args);
    const told = `${tool} ${JSON.stringify(args)}`;
    assert.equal(result._meta?.['flue/error'], error, told);
    if (error === undefined) assert.deepEqual(textsOf(result), texts, told);
  }
  assert.equal((await loopback.sandboxes()).length, 1);

  const { pid } = client.transport;
  await client.close();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.deepEqual(await loopback.sandboxes(), []);
});

test('files are resources', async () => {
  const client = await connect(loopback);
  await client.callTool({ name: 'write', arguments: { path: 'a b.txt', content: 'naïve' } });
  const { resources } = await client.listResources();
  assert.deepEqual(resources.map(({ name }) => name), ['a b.txt']);
  const { contents } = await client.readResource({ uri: resources[0].uri });
  assert.equal(contents[0].text, 'naïve');
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.equal(resourceTemplates[0].uriTemplate, 'sandbox://{+path}');
  await client.close();
});

test('a call that is cancelled ends, and the next one works', async () => {
  const client = await connect(loopback);
  const run = (command, options) => client.callTool({ name: 'run', arguments: { command } }, undefined, options);
  await run('mkfifo started');
  const cancelling = new AbortController();
  const slow = assert.rejects(run('echo >started; sleep 60', { signal: cancelling.signal }), /enough/);
  await run('cat started');
  cancelling.abort(new Error('enough'));
  await slow;
  assert.deepEqual(textsOf(await run('echo usable')), ['usable\n']);
  await client.close();
});

test('a client that is killed leaves no process and no sandbox', async () => {
  const program = fileURLToPath(new URL('killed.js', import.meta.url));
  const env = { ...process.env, DAYTONA_API_URL: loopback.apiUrl, DAYTONA_API_KEY: loopback.apiKey };
  const client = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let pid;
  for await (const told of client.stdout.setEncoding('utf8')) {
    pid = Number(told);
    break;
  }
  assert.equal((await loopback.sandboxes()).length, 1);
  process.kill(pid, 0);
  client.kill('SIGKILL');
  await until(() => isGone(pid));
  assert.deepEqual(await loopback.sandboxes(), []);
});

/** Waits as long as the test has time. */
async function until(holds) {
  while (!holds()) await wait(20);
}

function isGone(pid) {
  try {
    // A process that has ended and is not waited for by whoever adopted it is gone, too.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].startsWith('Z');
  } catch {
    return true;
  }
}
