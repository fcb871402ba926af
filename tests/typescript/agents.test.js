// The lines that the command shows, at work: an agent finds its sandbox again, and starts it if it stopped.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { Loopback } from './support/loopback.js';
import { compile, folderOf, MODULES, projectForBoth, PROJECTS, versionsIn } from './support/projects.js';

/** What an agent's file does with the runtime, so that it can be looked at outside an application. */
const RUNTIME = `export const defineAgent = (initialise) => initialise;
export const useModel = () => {};
export let factory;
export const useSandbox = (given) => { factory = given; };
`;

/** The function that makes the environment of the agent with an id. */
async function agentOf(project) {
  const folder = `${folderOf(project)}/dist/agents`;
  const code = readFileSync(`${folder}/assistant.js`, 'utf8');
  writeFileSync(`${folder}/runtime.js`, RUNTIME);
  writeFileSync(`${folder}/looked-at.js`, code.replace("'@flue/runtime'", "'./runtime.js'"));
  const agent = await import(`${folder}/looked-at.js`);
  const runtime = await import(`${folder}/runtime.js`);
  return async (id) => {
    const options = { id };
    let { factory } = await agent.default?.(options).then(({ sandbox }) => ({ factory: sandbox })) ?? {};
    if (factory === undefined) {
      agent.Assistant();
      factory = runtime.factory;
    }
    return await (factory.createSandbox ?? factory.createSessionEnv).call(factory, options);
  };
}

/** A project with the packages of `project`, and what the command writes where the range reaches both contracts. */
function builtForBoth(project) {
  const old = PROJECTS.find(({ name }) => name === (project.name === 'beta-9' ? 'beta-9' : '2.0.1'));
  const both = projectForBoth({ after }, project, old);
  const output = ['--rootDir', `${folderOf(both)}/src`, '--outDir', `${folderOf(both)}/dist`];
  assert.equal(compile(both, 'typescript-7', [...MODULES.NodeNext, ...output]), '');
  return both;
}

const CASES = PROJECTS.flatMap((project) => {
  const versions = `with ${versionsIn(project)}`;
  return [
    [`contract ${project.contract} ${versions}`, () => project],
    [`both contracts ${versions}`, () => builtForBoth(project)],
  ];
});

for (const [name, build] of CASES) {
  describe(name, () => {
    let server;
    let open;

    before(async () => {
      server = await Loopback.start();
      process.env.DAYTONA_API_URL = server.apiUrl;
      process.env.DAYTONA_API_KEY = server.apiKey;
      open = await agentOf(build());
    });
    after(() => server.close());

    async function created() {
      const requests = await server.requests();
      const creations = requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/sandbox'));
      return creations.map(({ body }) => JSON.parse(body));
    }

    test('nothing is made when the module is loaded', async () => {
      assert.deepEqual(await server.requests(), []);
    });

    test('an agent has a sandbox of its own, found again and started', async () => {
      const first = await open('ada');
      await first.writeFile('notes.txt', 'kept');
      const again = await open('ada');
      assert.equal(await again.readFile('notes.txt'), 'kept');

      await server.setState({ id: 'assistant-ada' }, 'stopped');
      const restarted = await open('ada');
      assert.equal(await restarted.readFile('notes.txt'), 'kept');

      const other = await open('grace');
      assert.equal(await other.exists('notes.txt'), false);
      const bounds = { autoStopInterval: 30, autoDeleteInterval: 7 * 24 * 60 };
      const creations = (await created()).map(({ name, autoStopInterval, autoDeleteInterval }) => ({
        name,
        autoStopInterval,
        autoDeleteInterval,
      }));
      assert.deepEqual(creations, [
        { name: 'assistant-ada', ...bounds },
        { name: 'assistant-grace', ...bounds },
      ]);
    });
  });
}
