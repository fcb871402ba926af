// On serverless hosts the SDK does not look at the answer to an upload: the adapter has to.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Loopback } from './support/loopback.js';
import { OLDEST_AND_NEWEST, versionsIn } from './support/projects.js';

const program = fileURLToPath(new URL('./support/upload.js', import.meta.url));

/** Uploads a file in a process that looks like one of Vercel's; returns the code of the error, if any. */
async function upload(server, project, path) {
  const child = spawn(process.execPath, [program, project.name, path], {
    env: {
      ...process.env,
      VERCEL: '1',
      DAYTONA_API_URL: server.apiUrl,
      DAYTONA_API_KEY: server.apiKey,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  return output.trim();
}

for (const project of OLDEST_AND_NEWEST) {
  describe(`contract ${project.contract} with ${versionsIn(project)}, on Vercel`, () => {
    let server;
    before(async () => {
      server = await Loopback.start();
    });
    after(() => server.close());

    test('an upload that arrived is fine', async () => {
      assert.equal(await upload(server, project, 'a/b.txt'), 'uploaded 4 bytes');
    });

    test('an upload onto a folder fails', async () => {
      assert.equal(await upload(server, project, '.'), 'EISDIR');
    });

    test('an upload that was refused fails', async (t) => {
      t.after(() => server.clearFaults());
      await server.inject({ effect: 'status', status: 500, path: '*/files/bulk-upload' });
      assert.equal(await upload(server, project, 'a.txt'), 'ENOENT');
    });

    test('an upload that replaced nothing fails', async (t) => {
      t.after(() => server.clearFaults());
      await server.inject({ effect: 'status', status: 500, path: '*/files/bulk-upload' });
      assert.match(await upload(server, project, 'old.txt'), /Daytona took 3 of 4 bytes of '.*old.txt'/);
    });

    test('a name that would be changed is refused', async () => {
      assert.match(await upload(server, project, 'two\nlines'), /the SDK changes the line end/);
    });
  });
}
