// What the conformance suite does not ask, because only these adapters have it: the words of their errors, what they
// send, and what each contract prescribes.
//
// A case gets a sandbox of its own: `env` is what an agent sees of it, `shell` runs a command in it past the adapter.

import assert from 'node:assert/strict';

import { failsWith, failure, isRefused } from './support/expect.js';

const RECURSIVE = { recursive: true };

async function executions(server) {
  const requests = await server.requests();
  return requests
    .filter(({ path }) => path.endsWith('/process/execute'))
    .map(({ body }) => JSON.parse(body));
}

export const CASES = {
  'cwd/is_the_work_dir': async ({ env, sandbox }) => {
    assert.equal(env.cwd, await sandbox.getWorkDir());
    assert.equal((await env.exec('pwd')).stdout, `${env.cwd}\n`);
  },

  'write_file/part_of_a_buffer': async ({ env }) => {
    await env.writeFile('a.txt', Buffer.from('xxhelloxx').subarray(2, 7));
    assert.equal(await env.readFile('a.txt'), 'hello');
  },
  'write_file/text_is_utf_8': async ({ env, shell }) => {
    await env.writeFile('a.txt', 'é😀');
    assert.equal(await shell('wc -c < a.txt'), '6\n');
  },
  'write_file/keeps_line_ends': async ({ env }) => {
    await env.writeFile('a.txt', '\ufeffa\r\nb\n');
    assert.equal(await env.readFile('a.txt'), '\ufeffa\r\nb\n');
  },
  'write_file/large': async ({ env }) => {
    const bytes = new Uint8Array(8 * 1024 * 1024).fill(7);
    await env.writeFile('a.bin', bytes);
    const read = await env.readFileBuffer('a.bin');
    assert.equal(Buffer.compare(read, bytes), 0);
  },
  'write_file/sends_one_request': async ({ env, server, isServerless }) => {
    await server.forgetRequests();
    await env.writeFile('a.txt', 'x');
    // There, the second is a look at what arrived.
    assert.equal((await server.requests()).length, isServerless ? 2 : 1);
  },
  'write_file/keeps_the_mode': async ({ env, shell }) => {
    await shell('touch run.sh && chmod 750 run.sh');
    await env.writeFile('run.sh', 'x');
    assert.equal(await shell('stat -c %a run.sh'), '750\n');
  },
  'write_file/denied_fails': async ({ env, server, sandbox }) => {
    await server.deny(sandbox, 'secret');
    assert.ok(await failure(env.writeFile('secret', 'x')));
  },
  'write_file/trailing_blank_is_refused': async ({ env }) => {
    for (const name of ['a ', 'a\t', 'a\n', 'a\u00a0', 'a\u0085']) {
      const error = await failure(env.writeFile(name, 'x'));
      assert.ok(error instanceof TypeError, error.stack);
      assert.deepEqual(await env.readdir('.'), []);
    }
  },

  'read_file/invalid_utf_8': async ({ env, shell }) => {
    await shell("printf 'a\\377b' > a.bin");
    assert.equal(await env.readFile('a.bin'), 'a\ufffdb');
  },
  'read_file/denied_fails': async ({ env, shell, server, sandbox }) => {
    await shell('echo x > secret');
    await server.deny(sandbox, 'secret');
    await failsWith('EACCES', env.readFile('secret'));
  },
  'read_file_buffer/bytes': async ({ env, shell }) => {
    await shell("printf 'a\\377\\000b' > a.bin");
    const bytes = await env.readFileBuffer('a.bin');
    assert.deepEqual(bytes, Uint8Array.of(97, 255, 0, 98));
    assert.equal(bytes.constructor, Uint8Array);
  },

  'stat/file': async ({ env, shell }) => {
    await shell("printf 12345 > a.txt && touch -d '2026-01-02T03:04:05.678Z' a.txt");
    assert.deepEqual(await env.stat('a.txt'), {
      isFile: true,
      isDirectory: false,
      size: 5,
      mtime: new Date('2026-01-02T03:04:05.678Z'),
    });
  },
  'stat/denied_fails': async ({ env, shell, server, sandbox }) => {
    await shell('echo x > secret');
    await server.deny(sandbox, 'secret');
    await failsWith('EACCES', env.stat('secret'));
  },

  'exists/named_404': async ({ env, shell }) => {
    await shell('touch 404.html');
    assert.equal(await env.exists('404.html'), true);
  },
  'exists/denied_fails': async ({ env, shell, server, sandbox }) => {
    await shell('touch secret');
    await server.deny(sandbox, 'secret');
    await failsWith('EACCES', env.exists('secret'));
  },
  'exists/bad_gateway_fails': async ({ env, server }) => {
    await server.inject({ effect: 'status', status: 502, path: '*/files/info' });
    assert.ok(await failure(env.exists('f')));
  },
  'exists/container_gone_fails': async ({ env, server, sandbox }) => {
    await server.removeContainer(sandbox);
    assert.ok(await failure(env.exists('f')));
  },

  'mkdir/creates': async ({ env, shell }) => {
    await env.mkdir('d');
    assert.equal(await shell("stat -c '%F %a' d"), 'directory 755\n');
  },
  'mkdir_recursive/existing_folder': async ({ env, shell }) => {
    await shell('mkdir -m 700 d');
    await env.mkdir('d', RECURSIVE);
    assert.equal(await shell('stat -c %a d'), '700\n');
  },
  'mkdir_recursive/existing_file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('EEXIST', env.mkdir('f', RECURSIVE));
  },

  'rm/recursive_of_what_may_not_go': async ({ env, shell, server }) => {
    await shell('mkdir d');
    await server.inject({ effect: 'status', status: 400, method: 'DELETE', path: '*/files*' });
    await failsWith('EACCES', env.rm('d', RECURSIVE));
  },
  // Daemons before 0.189 answer with a redirect that leads past the proxy.
  'rm/missing_is_looked_at': async ({ env, shell, server }) => {
    await shell('touch f');
    await server.inject({ effect: 'redirectPastProxy', method: 'DELETE', path: '*/files' });
    assert.match((await failure(env.rm('f'))).message, /its daemon is older than 0\.189$/);
  },
  'rm_force/is_refused': async (context) => {
    const { env, runtime } = context;
    for (const options of [{ force: true }, { force: true, recursive: true }]) {
      const type = runtime.SandboxOperationUnsupportedError;
      const error = await isRefused(type, context, () => env.rm('f', options));
      assert.equal(error.type, 'sandbox_operation_unsupported');
      assert.deepEqual(error.meta, { operation: 'rm', provider: 'Daytona', options: ['force'] });
    }
  },

  'exec/killed_shell': async ({ env }) => {
    assert.equal((await env.exec('echo before; kill -9 $$')).exitCode, -1);
  },
  'exec/nul_is_refused': (context) => {
    return isRefused(TypeError, context, () => context.env.exec('echo \0'));
  },
  'exec_env/bad_name_is_refused': async (context) => {
    for (const name of ['A-B', '1A', '', 'A B', 'É', 'A=B']) {
      const exec = () => context.env.exec('true', { env: { [name]: 'x' } });
      await isRefused(TypeError, context, exec);
    }
  },
  'exec_env/nul_is_refused': (context) => {
    const exec = () => context.env.exec('true', { env: { A: 'a\0b' } });
    return isRefused(TypeError, context, exec);
  },

  'exec_timeout/is_rounded_up_to_seconds': async ({ env, server }) => {
    await server.forgetRequests();
    for (const timeoutMs of [1500, 1000, 1, 0, undefined]) await env.exec('true', { timeoutMs });
    const timeouts = (await executions(server)).map(({ timeout }) => timeout);
    assert.deepEqual(timeouts, [2, 1, 1, 1, undefined]);
  },
  'exec_timeout/fires': async ({ env }) => {
    const { stdout, stderr, exitCode } = await env.exec('echo x; sleep 30', { timeoutMs: 1 });
    assert.deepEqual([stdout, exitCode], ['', 124]);
    assert.match(stderr, /stopped after 1 s/);
  },
  'exec_timeout/too_long_is_refused': async (context) => {
    const tooLong = [2 ** 32 * 1000, Infinity, NaN];
    for (const timeoutMs of tooLong) {
      const exec = () => context.env.exec('true', { timeoutMs });
      await isRefused(RangeError, context, exec);
    }
  },
  'exec_timeout/longest': async ({ env, server }) => {
    await server.forgetRequests();
    await env.exec('true', { timeoutMs: (2 ** 32 - 1) * 1000 });
    assert.equal((await executions(server))[0].timeout, 2 ** 32 - 1);
  },

  'exec_abort/before': async (context) => {
    const signal = AbortSignal.abort(new Error('enough'));
    const error = await isRefused(DOMException, context, () => {
      return context.env.exec('touch ran', { signal });
    });
    assert.equal(error.name, 'AbortError');
  },

  'failure/names_the_operation': async ({ env, shell, server, sandbox }) => {
    await shell('touch f secret');
    await server.deny(sandbox, 'secret');
    for (const [operation, call] of [
      ['mkdir', () => env.mkdir('f/x')],
      ['mkdir', () => env.mkdir('f')],
      ['exists', () => env.exists('secret')],
      ['exec', () => env.exec('true', { cwd: 'f' })],
    ]) {
      assert.match((await failure(call())).message, new RegExp(`, ${operation} '`));
    }
  },
  // One for what was asked, one to look what is in the way, one more for the folder. The runtime repeats a write, after
  // a folder for it.
  'failure/takes_three_requests_at_most': async ({ env, shell, server }) => {
    await shell('mkdir d && touch d/f');
    for (const path of ['nothing', 'no/such/file', 'd', 'd/f/a/b/c', 'x'.repeat(300)]) {
      const calls = {
        readFile: () => env.readFile(path),
        stat: () => env.stat(path),
        readdir: () => env.readdir(path),
        exists: () => env.exists(path),
        mkdir: () => env.mkdir(path),
        rm: () => env.rm(path),
        exec: () => env.exec('true', { cwd: path }),
      };
      for (const [operation, call] of Object.entries(calls)) {
        await server.forgetRequests();
        const failed = await call().then(() => false, () => true);
        const requests = (await server.requests()).map(({ method, path }) => `${method} ${path}`);
        assert.ok(!failed || requests.length <= 3, `${operation} ${path}: ${requests.join('\n')}`);
      }
    }
  },
  'failure/takes_one_look_at_most': async ({ env, server, sandbox }) => {
    await server.setState(sandbox, 'stopped');
    await server.inject({ effect: 'status', status: 502, path: '*/files/*' });
    await server.forgetRequests();
    await failure(env.mkdir('d'));
    const requests = await server.requests();
    const looks = requests.filter(({ path }) => path.startsWith('/api/sandbox/'));
    assert.ok(looks.length <= 1, `${looks.length} looks`);
  },
  'failure/below_a_file': async ({ env, shell }) => {
    await shell('echo x > f');
    const calls = [
      () => env.readFile('f/x'),
      () => env.writeFile('f/x', 'x'),
      () => env.stat('f/x/y'),
      () => env.readdir('f/x'),
      () => env.mkdir('f/x'),
      () => env.mkdir('f/x/y', RECURSIVE),
      () => env.rm('f/x'),
    ];
    for (const call of calls) await failsWith('ENOTDIR', call());
    assert.equal(await shell('cat f'), 'x\n');
  },
  'failure/rate_limit': async ({ env, server }) => {
    await server.inject({ effect: 'rateLimited', path: '*/process/execute' });
    assert.equal((await failure(env.exec('true'))).statusCode, 429);
  },
  'failure/bad_gateway': async ({ env, server }) => {
    await server.inject({ effect: 'status', status: 502, path: '*/process/execute' });
    assert.equal((await failure(env.exec('true'))).statusCode, 502);
  },
  'failure/dropped_connection': async ({ env, server }) => {
    await server.inject({ effect: 'dropConnection', path: '*/process/execute' });
    assert.equal((await failure(env.exec('true'))).statusCode, undefined);
  },
  'failure/stopped_sandbox': async ({ env, server, sandbox, isDead }) => {
    await server.setState(sandbox, 'stopped');
    await isDead(env.exec('true'), 'exec');
    await isDead(env.stat('f'), 'stat');
  },
  'failure/container_gone': async ({ env, server, sandbox, isDead }) => {
    await server.removeContainer(sandbox);
    await isDead(env.exec('true'), 'exec');
    await isDead(env.readFile('f'), 'readFile');
  },
  'failure/deleted_sandbox': async ({ env, client, sandbox, isDead }) => {
    await client.delete(sandbox);
    await isDead(env.exec('true'), 'exec');
  },
};
