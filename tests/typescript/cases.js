// What an adapter has to do, case by case: through the runtime, with the SDK, against a server with a real shell.
//
// A case gets a sandbox of its own: `env` is what an agent sees of it, `shell` runs a command in it past the adapter.
// Where the runtimes prescribe different answers, `contract` tells which one is due.

import assert from 'node:assert/strict';

import { failsWith, failure, isRefused } from './support/expect.js';

const RECURSIVE = { recursive: true };

const ODD_NAMES = {
  spaces: 'two  words.txt',
  leading_blank: ' lead.txt',
  leading_dash: '-rf',
  leading_dot: '.hidden',
  single_quotes: "it's.txt",
  double_quotes: 'say "hi".txt',
  percent: '100%41.txt',
  plus: 'a+b.txt',
  hash: 'a#b.txt',
  question_mark: 'a?b=c&d.txt',
  newline: 'two\nlines.txt',
  carriage_return: 'a\rb.txt',
  tab: 'a\tb.txt',
  backslash: 'a\\b.txt',
  semicolon: 'a;b=c.txt',
  dollar: '$(touch x) `touch y` $HOME.txt',
  unicode: 'naïve-日本-😀.txt',
  decomposed_unicode: 'e\u0301.txt',
};

function oddNames() {
  return Object.entries(ODD_NAMES).map(([what, name]) => [
    `write_file/name_with_${what}`,
    async ({ env }) => {
      await env.writeFile(name, `text of ${name}`);
      assert.equal(await env.readFile(name), `text of ${name}`);
      assert.deepEqual(await env.readdir('.'), [name]);
      assert.equal(await env.exists(name), true);
      await env.rm(name);
      assert.equal(await env.exists(name), false);
    },
  ]);
}

async function tree(env) {
  const { stdout } = await env.exec('find . -mindepth 1 | LC_ALL=C sort');
  return stdout.split('\n').filter(Boolean);
}

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
  'resolve_path/relative': ({ env }) => {
    assert.equal(env.resolvePath('a/b'), `${env.cwd}/a/b`);
  },
  'resolve_path/absolute': ({ env }) => assert.equal(env.resolvePath('/abs/x'), '/abs/x'),
  'resolve_path/empty_and_dot': ({ env }) => {
    assert.equal(env.resolvePath(''), env.cwd);
    assert.equal(env.resolvePath('.'), env.cwd);
  },
  'resolve_path/dot_dot': ({ env }) => {
    assert.equal(env.resolvePath('./a/../b'), `${env.cwd}/b`);
    assert.equal(env.resolvePath('/a/../../b'), '/b');
  },
  'resolve_path/double_slash': ({ env }) => {
    assert.equal(env.resolvePath('a//b/'), `${env.cwd}/a/b`);
  },
  'resolve_path/tilde_is_a_name': ({ env }) => {
    assert.equal(env.resolvePath('~/x'), `${env.cwd}/~/x`);
  },

  'write_file/creates': async ({ env, shell }) => {
    await env.writeFile('a.txt', 'hello');
    assert.equal(await shell('cat a.txt'), 'hello');
  },
  'write_file/replaces': async ({ env }) => {
    await env.writeFile('a.txt', 'a longer text');
    await env.writeFile('a.txt', 'short');
    assert.equal(await env.readFile('a.txt'), 'short');
  },
  'write_file/empty': async ({ env }) => {
    await env.writeFile('a.txt', '');
    assert.equal(await env.readFile('a.txt'), '');
    assert.equal((await env.stat('a.txt')).size, 0);
  },
  'write_file/bytes': async ({ env }) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await env.writeFile('a.bin', bytes);
    assert.deepEqual(await env.readFileBuffer('a.bin'), bytes);
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
  'write_file/creates_missing_parent': async ({ env }) => {
    await env.writeFile('a/b/c.txt', 'deep');
    assert.equal(await env.readFile('a/b/c.txt'), 'deep');
  },
  'write_file/sends_one_request': async ({ env, server }) => {
    await server.forgetRequests();
    await env.writeFile('a.txt', 'x');
    assert.equal((await server.requests()).length, 1);
  },
  'write_file/absolute_path': async ({ env }) => {
    await env.writeFile(`${env.cwd}/a.txt`, 'x');
    assert.equal(await env.readFile('a.txt'), 'x');
  },
  'write_file/keeps_the_mode': async ({ env, shell }) => {
    await shell('touch run.sh && chmod 750 run.sh');
    await env.writeFile('run.sh', 'x');
    assert.equal(await shell('stat -c %a run.sh'), '750\n');
  },
  'write_file/through_a_link': async ({ env, shell }) => {
    await shell('echo old > target && ln -s target link');
    await env.writeFile('link', 'new');
    assert.equal(await shell('cat target'), 'new');
  },
  'write_file/onto_a_folder_fails': async ({ env, shell }) => {
    await shell('mkdir d');
    await failsWith('EISDIR', env.writeFile('d', 'x'));
  },
  'write_file/below_a_file_fails': async ({ env, shell }) => {
    await shell('echo x > f');
    await failsWith('ENOTDIR', env.writeFile('f/x', 'x'));
    assert.equal(await shell('cat f'), 'x\n');
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
  ...Object.fromEntries(oddNames()),

  'read_file/text': async ({ env, shell }) => {
    await shell("printf 'é\\n' > a.txt");
    assert.equal(await env.readFile('a.txt'), 'é\n');
  },
  'read_file/missing_fails': ({ env }) => failsWith('ENOENT', env.readFile('a.txt')),
  'read_file/folder_fails': async ({ env, shell }) => {
    await shell('mkdir d');
    await failsWith('EISDIR', env.readFile('d'));
  },
  'read_file/below_a_file_fails': async ({ env, shell }) => {
    await shell('echo x > f');
    await failsWith('ENOTDIR', env.readFile('f/x'));
  },
  'read_file/denied_fails': async ({ env, shell, server, sandbox }) => {
    await shell('echo x > secret');
    await server.deny(sandbox, 'secret');
    await failsWith('EACCES', env.readFile('secret'));
  },
  'read_file/through_a_link': async ({ env, shell }) => {
    await shell('echo x > target && ln -s target link');
    assert.equal(await env.readFile('link'), 'x\n');
  },
  'read_file/invalid_utf_8': async ({ env, shell }) => {
    await shell("printf 'a\\377b' > a.bin");
    assert.equal(await env.readFile('a.bin'), 'a\ufffdb');
  },
  'read_file_buffer/bytes': async ({ env, shell }) => {
    await shell("printf 'a\\377\\000b' > a.bin");
    const bytes = await env.readFileBuffer('a.bin');
    assert.deepEqual(bytes, Uint8Array.of(97, 255, 0, 98));
    assert.equal(bytes.constructor, Uint8Array);
  },
  'read_file_buffer/empty': async ({ env, shell }) => {
    await shell(': > a.bin');
    assert.equal((await env.readFileBuffer('a.bin')).length, 0);
  },
  'read_file_buffer/missing_fails': ({ env }) => failsWith('ENOENT', env.readFileBuffer('x')),

  'stat/file': async ({ env, shell }) => {
    await shell("printf 12345 > a.txt && touch -d '2026-01-02T03:04:05.678Z' a.txt");
    assert.deepEqual(await env.stat('a.txt'), {
      isFile: true,
      isDirectory: false,
      size: 5,
      mtime: new Date('2026-01-02T03:04:05.678Z'),
    });
  },
  'stat/folder': async ({ env, shell }) => {
    await shell('mkdir d');
    const { isFile, isDirectory } = await env.stat('d');
    assert.deepEqual([isFile, isDirectory], [false, true]);
  },
  'stat/follows_links': async ({ env, shell }) => {
    await shell('printf 12 > target && ln -s target link');
    const stat = await env.stat('link');
    assert.equal(stat.size, 2);
    assert.equal('isSymbolicLink' in stat, false);
  },
  'stat/missing_fails': ({ env }) => failsWith('ENOENT', env.stat('a.txt')),
  'stat/dangling_link_fails': async ({ env, shell }) => {
    await shell('ln -s nowhere link');
    await failsWith('ENOENT', env.stat('link'));
  },
  'stat/below_a_file_fails': async ({ env, shell }) => {
    await shell('echo x > f');
    await failsWith('ENOTDIR', env.stat('f/x/y'));
  },
  'stat/denied_fails': async ({ env, shell, server, sandbox }) => {
    await shell('echo x > secret');
    await server.deny(sandbox, 'secret');
    await failsWith('EACCES', env.stat('secret'));
  },

  'readdir/names': async ({ env, shell }) => {
    await shell('mkdir d && touch b .a "c c" d/inner');
    assert.deepEqual((await env.readdir('.')).sort(), ['.a', 'b', 'c c', 'd']);
  },
  'readdir/empty': async ({ env }) => assert.deepEqual(await env.readdir('.'), []),
  'readdir/missing_fails': ({ env }) => failsWith('ENOENT', env.readdir('d')),
  'readdir/file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('ENOTDIR', env.readdir('f'));
  },
  'readdir/below_a_file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('ENOTDIR', env.readdir('f/d'));
  },

  'exists/file': async ({ env, shell }) => {
    await shell('touch f');
    assert.equal(await env.exists('f'), true);
  },
  'exists/folder': async ({ env }) => assert.equal(await env.exists('.'), true),
  'exists/missing': async ({ env }) => assert.equal(await env.exists('f'), false),
  'exists/below_a_file': async ({ env, shell }) => {
    await shell('touch f');
    assert.equal(await env.exists('f/x'), false);
  },
  'exists/dangling_link': async ({ env, shell }) => {
    await shell('ln -s nowhere link');
    assert.equal(await env.exists('link'), false);
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
  'mkdir/existing_folder_fails': async ({ env, shell }) => {
    await shell('mkdir d');
    await failsWith('EEXIST', env.mkdir('d'));
  },
  'mkdir/existing_file_fails': async ({ env, shell }) => {
    await shell('touch d');
    await failsWith('EEXIST', env.mkdir('d'));
  },
  'mkdir/missing_parent_fails': async ({ env }) => {
    await failsWith('ENOENT', env.mkdir('a/b'));
    assert.deepEqual(await env.readdir('.'), []);
  },
  'mkdir/below_a_file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('ENOTDIR', env.mkdir('f/d'));
  },
  'mkdir_recursive/creates_parents': async ({ env }) => {
    await env.mkdir('a/b/c', RECURSIVE);
    assert.deepEqual(await tree(env), ['./a', './a/b', './a/b/c']);
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
  'mkdir_recursive/below_a_file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('ENOTDIR', env.mkdir('f/a/b', RECURSIVE));
  },
  'mkdir_recursive/odd_name': async ({ env }) => {
    await env.mkdir("it's $(odd)/x y", RECURSIVE);
    assert.deepEqual(await tree(env), ["./it's $(odd)", "./it's $(odd)/x y"]);
  },

  'rm/file': async ({ env, shell }) => {
    await shell('touch f');
    await env.rm('f');
    assert.deepEqual(await tree(env), []);
  },
  'rm/missing_fails': ({ env }) => failsWith('ENOENT', env.rm('f')),
  'rm/folder_fails': async ({ env, shell }) => {
    await shell('mkdir d');
    await failsWith('EISDIR', env.rm('d'));
    assert.deepEqual(await tree(env), ['./d']);
  },
  'rm/below_a_file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('ENOTDIR', env.rm('f/x'));
  },
  'rm/force_false': async ({ env, shell }) => {
    await shell('touch f');
    await env.rm('f', { force: false });
    assert.deepEqual(await tree(env), []);
  },
  'rm_recursive/tree': async ({ env, shell }) => {
    await shell('mkdir -p a/b && touch a/b/c keep');
    await env.rm('a', RECURSIVE);
    assert.deepEqual(await tree(env), ['./keep']);
  },
  'rm_recursive/file': async ({ env, shell }) => {
    await shell('touch f');
    await env.rm('f', RECURSIVE);
    assert.deepEqual(await tree(env), []);
  },
  'rm_recursive/missing_fails': ({ env }) => failsWith('ENOENT', env.rm('f', RECURSIVE)),
  'rm_recursive/link_to_a_folder': async ({ env, shell }) => {
    await shell('mkdir d && touch d/keep && ln -s d link');
    await env.rm('link', RECURSIVE);
    assert.deepEqual(await tree(env), ['./d', './d/keep']);
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

  'exec/stdout': async ({ env }) => {
    assert.deepEqual(await env.exec('echo hi'), { stdout: 'hi\n', stderr: '', exitCode: 0 });
  },
  'exec/stderr_is_merged': async ({ env }) => {
    const { stdout, stderr } = await env.exec('echo out; echo err >&2; echo more');
    assert.deepEqual([stdout, stderr], ['out\nerr\nmore\n', '']);
  },
  'exec/exit_code': async ({ env }) => assert.equal((await env.exec('exit 7')).exitCode, 7),
  'exec/unknown_command': async ({ env }) => {
    assert.equal((await env.exec('no-such-command')).exitCode, 127);
  },
  'exec/killed_child': async ({ env }) => {
    assert.equal((await env.exec("sh -c 'kill -9 $$'; exit $?")).exitCode, 137);
  },
  'exec/killed_shell': async ({ env }) => {
    assert.equal((await env.exec('echo before; kill -9 $$')).exitCode, -1);
  },
  'exec/several_lines': async ({ env }) => {
    assert.equal((await env.exec('a=1\nb=2\necho $((a + b))')).stdout, '3\n');
  },
  'exec/empty': async ({ env }) => {
    assert.deepEqual(await env.exec(''), { stdout: '', stderr: '', exitCode: 0 });
  },
  'exec/quotes': async ({ env }) => {
    assert.equal((await env.exec(`echo "it's" '"so"'`)).stdout, `it's "so"\n`);
  },
  'exec/here_document': async ({ env }) => {
    assert.equal((await env.exec("cat <<'END'\n$x 'y'\nEND")).stdout, "$x 'y'\n");
  },
  'exec/comment_at_the_end': async ({ env }) => {
    assert.equal((await env.exec('echo a # b')).stdout, 'a\n');
  },
  'exec/backslash_at_the_end': async ({ env }) => {
    assert.equal((await env.exec('echo a \\')).exitCode, 0);
  },
  'exec/leading_dash': async ({ env }) => {
    assert.equal((await env.exec('-x')).exitCode, 127);
  },
  'exec/syntax_error': async ({ env }) => assert.notEqual((await env.exec('(')).exitCode, 0),
  'exec/unbalanced_brace_does_not_get_out': async ({ env }) => {
    const { stdout, exitCode } = await env.exec('true; }; { echo out');
    assert.notEqual(exitCode, 0);
    assert.doesNotMatch(stdout, /^out/m);
  },
  'exec/stdin_is_empty': async ({ env }) => {
    assert.equal((await env.exec('cat; echo after')).stdout, 'after\n');
  },
  'exec/reading_does_not_eat_the_script': async ({ env }) => {
    assert.equal((await env.exec('read x; echo one\necho two')).stdout, 'one\ntwo\n');
  },
  'exec/unicode': async ({ env }) => {
    assert.equal((await env.exec("printf 'né😀'")).stdout, 'né😀');
  },
  'exec/output_that_is_not_utf_8': async ({ env }) => {
    assert.equal((await env.exec("printf 'a\\377b'")).stdout, 'a\ufffdb');
  },
  'exec/command_of_a_megabyte': async ({ env }) => {
    const { stdout } = await env.exec(`x=${'y'.repeat(1 << 20)}; echo \${#x}`);
    assert.equal(stdout, `${1 << 20}\n`);
  },
  'exec/output_of_a_megabyte': async ({ env }) => {
    const { stdout } = await env.exec('head -c 1048576 /dev/zero | tr "\\0" y');
    assert.equal(stdout.length, 1 << 20);
  },
  'exec/background_child': async ({ env }) => {
    const { stdout } = await env.exec('sleep 30 >/dev/null 2>&1 & echo started');
    assert.equal(stdout, 'started\n');
  },
  'exec/nothing_persists': async ({ env }) => {
    await env.exec('cd / && export KEPT=1');
    assert.equal((await env.exec('echo "$KEPT$PWD"')).stdout, `${env.cwd}\n`);
  },
  'exec/nul_is_refused': (context) => {
    return isRefused(TypeError, context, () => context.env.exec('echo \0'));
  },
  'exec_cwd/relative': async ({ env, shell }) => {
    await shell('mkdir -p a/b');
    assert.equal((await env.exec('pwd', { cwd: 'a/b' })).stdout, `${env.cwd}/a/b\n`);
  },
  'exec_cwd/absolute': async ({ env }) => {
    assert.equal((await env.exec('pwd', { cwd: '/' })).stdout, '/\n');
  },
  'exec_cwd/empty_is_the_work_dir': async ({ env }) => {
    assert.equal((await env.exec('pwd', { cwd: '' })).stdout, `${env.cwd}\n`);
  },
  'exec_cwd/missing_fails': async ({ env }) => {
    await failsWith('ENOENT', env.exec('true', { cwd: 'nowhere' }));
  },
  'exec_cwd/file_fails': async ({ env, shell }) => {
    await shell('touch f');
    await failsWith('ENOTDIR', env.exec('true', { cwd: 'f' }));
  },
  'exec_env/is_set': async ({ env }) => {
    const { stdout } = await env.exec('echo "$A|$_b1"', { env: { A: "it's\n", _b1: '$A' } });
    assert.equal(stdout, "it's\n|$A\n");
  },
  'exec_env/adds_to_the_environment': async ({ env }) => {
    const { stdout } = await env.exec('echo "${PATH:+path} $A"', { env: { A: '1' } });
    assert.equal(stdout, 'path 1\n');
  },
  'exec_env/empty': async ({ env }) => {
    assert.equal((await env.exec('echo x', { env: {} })).stdout, 'x\n');
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
  'exec_timeout/kills_the_command': async ({ env, shell }) => {
    await env.exec('echo $$ > pid; sleep 30', { timeoutMs: 1 });
    assert.equal(await shell('kill -0 $(cat pid) 2>/dev/null || echo gone'), 'gone\n');
  },
  'exec_timeout/longer_than_the_command': async ({ env }) => {
    assert.equal((await env.exec('echo x', { timeoutMs: 60_000 })).stdout, 'x\n');
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
