// Uploads a file of four bytes, and tells what came of it. Arguments: the project, and the path.

import { load, PROJECTS } from './projects.js';

const [name, path] = process.argv.slice(2);
const project = PROJECTS.find((candidate) => candidate.name === name);
const { Daytona, daytona } = await load(project);

const client = new Daytona({ target: 'us', useDeprecatedPolling: true });
const sandbox = await client.create();
await sandbox.process.executeCommand('printf old > old.txt');
const factory = daytona(sandbox);
const env = await (factory.createSandbox ?? factory.createSessionEnv)({ id: 'agent-1' });

try {
  await env.writeFile(path, 'text');
  console.log(`uploaded ${(await env.stat(path)).size} bytes`);
} catch (error) {
  console.log(error.code ?? error.message);
}
