// Starts `daytona-loopback`, the server that speaks Daytona's API on this machine.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const program = `${process.env.CARGO_TARGET_DIR ?? `${repository}target`}/debug/daytona-loopback`;

/** A running server; it ends with this process, or when it is closed. */
export class Loopback {
  static async start(...options) {
    if (!existsSync(program)) {
      throw new Error(`no program at '${program}': run \`cargo build -p daytona-loopback\` first`);
    }
    const child = spawn(program, options, { stdio: ['pipe', 'pipe', 'inherit'] });
    const found = {};
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, value] = line.match(/^export (\w+)=(\S+)$/) ?? [];
      if (name) found[name] = value;
      const [, controlUrl] = line.match(/Switches for tests: (\S+)/) ?? [];
      if (controlUrl) return new Loopback(child, found, controlUrl);
    }
    throw new Error('`daytona-loopback` did not start');
  }

  constructor(child, { DAYTONA_API_URL, DAYTONA_API_KEY }, controlUrl) {
    this.child = child;
    this.apiUrl = DAYTONA_API_URL;
    this.apiKey = DAYTONA_API_KEY;
    this.toolboxUrl = DAYTONA_API_URL.replace(/api$/, 'toolbox');
    this.controlUrl = controlUrl;
  }

  async close() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await ended;
  }

  async requests() {
    return await (await fetch(`${this.controlUrl}/requests`)).json();
  }

  async forgetRequests() {
    await fetch(`${this.controlUrl}/requests`, { method: 'DELETE' });
  }

  async passMinutes(minutes) {
    await fetch(`${this.controlUrl}/clock`, { method: 'POST', body: JSON.stringify({ minutes }) });
  }
}
