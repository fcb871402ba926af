// The adapter for Docker in real containers: the suite of the Rust adapter, and what only TypeScript has. `tests/engine/start`
// tells which engine it is; where it should be had and cannot, the tests fail.
//
// The whole suite runs with the newest runtime. Older ones get the same driver, and are tried with what differs.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { DIFFERENCES } from './differences.js';
import { Engine, startContainer } from './support/engine.js';
import { failsWith, failure } from './support/expect.js';
import { folderOf, load, PROJECTS } from './support/projects.js';
import { DOCKER, runSuite } from './support/suite.js';
import { checkDockerTable, Outcomes } from './support/table.js';

let engine;
before(async () => {
  engine = await Engine.start();
  process.env.DOCKER_HOST = engine.address;
});
after(() => engine.close());

async function openEnv({ contract }, factory) {
  const options = { id: 'agent-1' };
  return contract === 1 ? await factory.createSessionEnv(options) : await factory.createSandbox(options);
}

for (const project of PROJECTS.filter(({ name }) => name !== '2.0.1')) {
  describe(`Docker, contract ${project.contract}, in ${project.name}`, () => {
    let modules;
    let container;
    let env;

    before(async () => {
      modules = await load(project);
      container = await startContainer(new modules.Docker());
      env = await openEnv(project, modules.docker(container));
    });

    if (project.name === 'newest') {
      test('the suite of the Rust adapter', async (t) => {
        // An engine does one thing at a time in each container.
        const containers = [container];
        while (containers.length < 6) containers.push(await startContainer(new modules.Docker()));
        const cases = [];
        const open = (id, name) => {
          if (!cases.includes(name)) cases.push(name);
          return openEnv(project, modules.docker(containers[cases.indexOf(name) % containers.length]));
        };
        const verdicts = await runSuite(DOCKER, modules.runtime, open);
        const outcomes = new Outcomes();
        for (const [name, reason] of verdicts) {
          outcomes.add(name, project, reason === undefined);
          const isListed = name in DIFFERENCES;
          await t.test(name, () => assert.equal(isListed && reason ? undefined : reason, undefined));
        }
        await t.test('the table in docker.md tells what happened', () => checkDockerTable(outcomes, project));
      });
    }

    test('works in the directory of the container', async () => {
      assert.equal(env.cwd, '/tmp');
      const { stdout, stderr, exitCode } = await env.exec('pwd; echo err >&2; exit 3');
      assert.deepEqual([stdout, stderr, exitCode], ['/tmp\n', 'err\n', 3]);
    });

    test('writes and reads large files', async () => {
      const bytes = new Uint8Array(8 << 20).map((_, index) => index % 251);
      await env.writeFile('large/file', bytes);
      assert.equal(Buffer.compare(await env.readFileBuffer('large/file'), bytes), 0);
      await env.mkdir('folder');
      await failsWith('EISDIR', env.writeFile('folder', bytes));
    });

    test('refuses a path with a NUL character', async () => {
      assert.ok((await failure(env.readFile('a\0b'))) instanceof TypeError);
    });

    test('kills a command that takes too long', async () => {
      const result = await env.exec('echo begun; setsid sleep 1000 & sleep 1001', { timeoutMs: 200 });
      assert.deepEqual([result.stdout, result.exitCode], ['begun\n', 124]);
      assert.match(result.stderr, /^The command was stopped after 1 s/);
      await isQuiet(env);
    });

    test('kills a command that is given up', async () => {
      const abort = new AbortController();
      const call = failure(env.exec('echo >begun; setsid sleep 1000 & sleep 1001', { signal: abort.signal }));
      await env.exec('until [ -e begun ]; do sleep 0.1; done');
      abort.abort();
      assert.equal((await call).name, 'AbortError');
      await isQuiet(env);
    });

    test('tells that a container has stopped', async () => {
      await container.kill();
      const error = await failure(env.exec('true'));
      if (project.contract === 2) {
        assert.ok(error instanceof modules.runtime.SandboxDiedError, error.stack);
        assert.deepEqual(error.meta, { operation: 'exec', reason: 'stopped' });
      }
    });

    test('an agent has a container of its own, found again', async () => {
      const open = await agentOf(project);
      const first = await open('ada');
      await first.writeFile('/tmp/notes.txt', 'kept');
      const again = await open('ada');
      assert.equal(await again.readFile('/tmp/notes.txt'), 'kept');
      const own = new modules.Docker().getContainer('assistant-ada');
      const { HostConfig, Config } = await own.inspect();
      assert.equal(HostConfig.AutoRemove, true);
      assert.deepEqual(Config.Cmd, ['sh', '-c', 'sleep 604800 & wait']);
      await own.remove({ force: true });
    });
  });
}

/** Waits until no process of a command is left. */
async function isQuiet(env) {
  const command = "i=0; while ps | grep '[s]leep 100'; do i=$((i+1)); [ $i -lt 60 ] || exit 1; sleep 0.1; done";
  assert.equal((await env.exec(command)).exitCode, 0);
}

/** What an agent's file does with the runtime, so that it can be looked at outside an application. */
const RUNTIME = `export const defineAgent = (initialise) => initialise;
export const useModel = () => {};
export let factory;
export const useSandbox = (given) => { factory = given; };
`;

/** The function that makes the environment of the agent with an id, out of the lines that the command shows. */
async function agentOf(project) {
  const folder = `${folderOf(project)}/dist/agents`;
  const code = readFileSync(`${folder}/sandboxed-assistant.js`, 'utf8');
  writeFileSync(`${folder}/docker-runtime.js`, RUNTIME);
  writeFileSync(`${folder}/docker.js`, code.replace("'@flue/runtime'", "'./docker-runtime.js'"));
  const agent = await import(`${folder}/docker.js`);
  const runtime = await import(`${folder}/docker-runtime.js`);
  return async (id) => {
    const options = { id };
    if (agent.default !== undefined) {
      const { sandbox } = await agent.default(options);
      return await sandbox.createSessionEnv(options);
    }
    agent.Assistant();
    return await runtime.factory.createSandbox(options);
  };
}
