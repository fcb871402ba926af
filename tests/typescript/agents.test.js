// The lines that the command shows, at work: an agent finds its sandbox again, and starts it if it stopped.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { agentOf, CASES } from './support/agents.js';
import { Loopback } from './support/loopback.js';

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
