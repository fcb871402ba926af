// Starts the container engine of the tests, and containers in it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../engine/start', import.meta.url));

/** A running engine; it ends with this process, or when it is closed. */
export class Engine {
  /** Fails where no engine can be had: the program has said why. */
  static async start() {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const address of createInterface({ input: child.stdout })) {
      return new Engine(child, address);
    }
    throw new Error('there is no container engine');
  }

  constructor(child, address) {
    this.child = child;
    this.address = address;
  }

  async close() {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}

/** A running container, whose working directory is `/tmp`; the engine takes it along when it ends. */
export async function startContainer(docker) {
  const container = await docker.createContainer({
    Image: 'debian:stable-slim',
    // A shell clears away what has ended.
    Cmd: ['sh', '-c', 'sleep 3600 & wait'],
    WorkingDir: '/tmp',
    HostConfig: { AutoRemove: true, NetworkMode: 'none' },
  });
  await container.start();
  return container;
}
