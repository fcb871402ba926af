// The clients that Daytona generates for TypeScript: asked for the same, they send the same as `daytona-sdk`
// (`requests.json`), but for what `differences.json` has a reason for; and every answer of the stand-in server
// has the type that they promise.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Configuration as ApiConfiguration, SandboxApi, SnapshotsApi, VolumesApi } from '@daytona/api-client';
import { Configuration, FileSystemApi, InfoApi, ProcessApi } from '@daytona/toolbox-api-client';

import { Loopback } from '../typescript/support/loopback.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const ours = JSON.parse(readFileSync(`${here}requests.json`, 'utf8'));
const differences = JSON.parse(readFileSync(`${here}differences.json`, 'utf8'));

const everyParameter = {
  name: 'every',
  user: 'dev',
  env: { RUST_LOG: 'info' },
  labels: { team: 'compilers' },
  public: false,
  networkBlockAll: false,
  networkAllowList: '10.0.0.0/8',
  domainAllowList: 'crates.io,docs.rs',
  outboundProxyUrl: 'http://proxy.example.com:3128',
  otelEndpointOverride: 'http://otel.example.com',
  target: 'us',
  cpu: 2,
  gpu: 1,
  gpuType: ['H100', 'RTX-4090'],
  spot: true,
  kvm: false,
  memory: 4,
  disk: 8,
  autoStopInterval: 30,
  autoPauseInterval: 0,
  autoArchiveInterval: 60,
  autoDeleteInterval: 0,
  ttlMinutes: 90,
  queueTimeout: 5,
  volumes: [{ volumeId: 'vol', mountPath: '/data', subpath: 'a' }],
  buildInfo: { dockerfileContent: 'FROM debian:12.9\n', contextHashes: ['5e1f'] },
  linkedSandbox: 'other',
  secrets: [{ TOKEN: 'token-of-ci' }, { OTHER: 'other' }],
};

const ids = new Map();
/** What the clients sent and were answered, by the names of the operations. */
const sent = {};
const answers = [];
let server;

function shown(request) {
  const named = (text) => [...ids].reduce((text, [id, name]) => text.replaceAll(id, name), text);
  const shown = { method: request.method, path: named(request.path) };
  if (request.query.length > 0) shown.query = request.query.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
  if (request.body !== '') shown.body = JSON.parse(request.body);
  return shown;
}

/** Runs a call; `type` is that of its answer, if it has one, and `from` the package that has the type. */
async function note(operation, call, type, from) {
  await server.forgetRequests();
  const response = await call();
  sent[operation] = shown((await server.requests())[0]);
  if (type) answers.push({ operation, type, from, answer: response.data });
  return response.data;
}

before(async () => {
  server = await Loopback.start();
  const configure = (Kind, basePath) =>
    new Kind({ basePath, baseOptions: { headers: { Authorization: `Bearer ${server.apiKey}` } } });
  const api = configure(ApiConfiguration, server.apiUrl);
  const sandboxes = new SandboxApi(api);
  const inApi = (operation, call, type) => note(operation, call, type, 'api-client');

  const every = await inApi('createSandbox', () => sandboxes.createSandbox(everyParameter), 'Sandbox');
  await sandboxes.deleteSandbox(every.id);
  const { data: sandbox } = await sandboxes.createSandbox({ name: 'box', snapshot: 'daytona-medium' });
  const { id } = sandbox;
  ids.set(id, 'ID');
  answers.push({ operation: 'createSandbox:snapshot', type: 'Sandbox', from: 'api-client', answer: sandbox });
  await inApi('getSandbox', () => sandboxes.getSandbox('box'), 'Sandbox');
  const list = [undefined, undefined, 10, '0b5e', 'bo', '{"team":"compilers"}', undefined, undefined];
  const filters = [['started', 'build_failed'], ['small', 'large'], ['us', 'eu']];
  await inApi('listSandboxes', () => sandboxes.listSandboxes(...list, ...filters), 'ListSandboxesResponse');
  await inApi('listSandboxes:all', () => sandboxes.listSandboxes(), 'ListSandboxesResponse');
  await inApi('stopSandbox', () => sandboxes.stopSandbox(id), 'Sandbox');
  await inApi('startSandbox', () => sandboxes.startSandbox(id), 'Sandbox');
  await inApi('pauseSandbox', () => sandboxes.pauseSandbox(id), 'Sandbox');
  await sandboxes.startSandbox(id);
  await inApi('replaceLabels', () => sandboxes.replaceLabels(id, { labels: { team: 'kernels' } }), 'SandboxLabels');
  await inApi('updateLastActivity', () => sandboxes.updateLastActivity(id));
  await inApi('setAutostopInterval', () => sandboxes.setAutostopInterval(id, 45), 'Sandbox');
  await inApi('setAutoPauseInterval', () => sandboxes.setAutoPauseInterval(id, 0), 'Sandbox');
  await inApi('setAutoArchiveInterval', () => sandboxes.setAutoArchiveInterval(id, 60), 'Sandbox');
  await inApi('setAutoDeleteInterval', () => sandboxes.setAutoDeleteInterval(id, -1), 'Sandbox');
  await inApi('setTtl', () => sandboxes.setTtl(id, 90), 'Sandbox');
  await inApi('getToolboxProxyUrl', () => sandboxes.getToolboxProxyUrl(id), 'ToolboxProxyUrl');

  const snapshots = new SnapshotsApi(api);
  const page = () => snapshots.getAllSnapshots(undefined, 1, 10, 'daytona', '0b5e');
  await inApi('getAllSnapshots', page, 'PaginatedSnapshots');
  await inApi('getAllSnapshots:all', () => snapshots.getAllSnapshots(), 'PaginatedSnapshots');
  await inApi('getSnapshot', () => snapshots.getSnapshot('daytona-medium'), 'SnapshotDto');
  const volumes = new VolumesApi(api);
  const volume = await inApi('createVolume', () => volumes.createVolume({ name: 'cache' }), 'VolumeDto');
  ids.set(volume.id, 'VOLUME');
  await inApi('listVolumes', () => volumes.listVolumes(), 'VolumeDto[]');
  await inApi('getVolumeByName', () => volumes.getVolumeByName('cache'), 'VolumeDto');
  await inApi('deleteVolume', () => volumes.deleteVolume(volume.id));

  const toolbox = configure(Configuration, `${server.toolboxUrl}/${id}`);
  toolbox.baseOptions.headers['X-Daytona-SDK-Version'] = '0.218.0';
  const inToolbox = (operation, call, type) => note(operation, call, type, 'toolbox-api-client');
  const info = new InfoApi(toolbox);
  const files = new FileSystemApi(toolbox);
  await inToolbox('getWorkDir', () => info.getWorkDir(), 'WorkDirResponse');
  await inToolbox('getUserHomeDir', () => info.getUserHomeDir(), 'UserHomeDirResponse');
  await inToolbox('createFolder', () => files.createFolder('a dir', '755'));
  const form = new FormData();
  form.append('files[0].path', 'a dir/f+1');
  form.append('files[0].file', new Blob(['text\n']));
  await files.uploadFiles({ data: form, headers: { 'Content-Type': undefined } });
  await inToolbox('getFileInfo', () => files.getFileInfo('a dir/f+1'), 'FileInfo');
  await inToolbox('listFiles', () => files.listFiles('a dir'), 'FileInfo[]');
  await inToolbox('downloadFiles', () => files.downloadFiles({ paths: ['a dir/f+1'] }));
  await inToolbox('searchFiles', () => files.searchFiles('a dir', 'f*'), 'SearchFilesResponse');
  await inToolbox('findInFiles', () => files.findInFiles('a dir', 'text'), 'Match[]');
  await inToolbox('setFilePermissions', () => files.setFilePermissions('a dir/f+1', undefined, undefined, '600'));
  await inToolbox('moveFile', () => files.moveFile('a dir/f+1', 'a dir/g'));
  await inToolbox('deleteFile', () => files.deleteFile('a dir', true));

  const commands = new ProcessApi(toolbox);
  const command = { command: 'true', cwd: '/', envs: { CI: '1' }, timeout: 30 };
  await inToolbox('executeCommand', () => commands.executeCommand(command), 'ExecuteResponse');
  await inToolbox('createSession', () => commands.createSession({ sessionId: 's' }));
  const run = (request) => () => commands.sessionExecuteCommand('s', request);
  await inToolbox('sessionExecuteCommand', run({ command: 'true' }), 'SessionExecuteResponse');
  const reading = run({ command: 'read x', runAsync: true, suppressInputEcho: true });
  const started = await inToolbox('sessionExecuteCommand:async', reading, 'SessionExecuteResponse');
  ids.set(started.cmdId, 'COMMAND');
  const ofCommand = ['s', started.cmdId];
  await inToolbox('listSessions', () => commands.listSessions(), 'Session[]');
  await inToolbox('getSession', () => commands.getSession('s'), 'Session');
  await inToolbox('getSessionCommand', () => commands.getSessionCommand(...ofCommand), 'Command');
  const logs = () => commands.getSessionCommandLogs(...ofCommand);
  await inToolbox('getSessionCommandLogs', logs, 'SessionCommandLogsResponse');
  await inToolbox('sendInput', () => commands.sendInput(...ofCommand, { data: 'x\n' }));
  await inToolbox('deleteSession', () => commands.deleteSession('s'));

  await inApi('deleteSandbox', () => sandboxes.deleteSandbox(id), 'Sandbox');
});

after(() => server.close());

test('the same is sent for the same call, or the difference has a reason', () => {
  const compared = [];
  for (const [operation, expected] of Object.entries(ours)) {
    const difference = differences[operation];
    if (!(operation in sent)) {
      assert.ok(difference?.reason, `\`${operation}\` is not tried, and no reason is given`);
      continue;
    }
    compared.push(operation);
    const theirs = { ...sent[operation] };
    if (difference?.path) {
      assert.equal(theirs.path, difference.path, operation);
      theirs.path = expected.path;
    }
    assert.deepEqual(theirs, expected, operation);
  }
  assert.equal(compared.length, 42);
});

test('every answer has the type that the clients promise', () => {
  const scratch = mkdtempSync(`${here}answers-`);
  try {
    writeFileSync(`${scratch}/answers.ts`, typed(answers));
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
    const tsc = `${here}node_modules/typescript/bin/tsc`;
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, `${scratch}/answers.ts`], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

/** A program that compiles if each answer has its type, and no field beside that has no reason. */
function typed(answers) {
  const imports = answers.map(({ type, from }) => `import type { ${type.replace('[]', '')} } from '@daytona/${from}'\n`);
  const constants = answers.map(({ operation, type, answer }) => {
    const more = differences[operation]?.answer ? ' & { [field: string]: unknown }' : '';
    return `export const ${operation.replace(':', '_')}: Sent<${type}>${more} = ${JSON.stringify(answer)}\n`;
  });
  // Dates are sent as texts. A column that is empty is sent as \`null\` where the types say that it may be absent.
  const sent = `
    type Sent<T> = T extends Date ? string
      : T extends (infer Item)[] ? Sent<Item>[]
      : T extends object ? { [Key in keyof T]: {} extends Pick<T, Key> ? Sent<T[Key]> | null : Sent<T[Key]> }
      : T\n`;
  return [...new Set(imports), sent, ...constants].join('');
}
