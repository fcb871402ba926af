// Starts `daytona-loopback`, the server that speaks Daytona's API over temporary folders and a real shell.

import { spawn } from 'node:child_process';

import { programPath } from './programs.js';

/** A running server; it ends with this process, or when it is closed. */
export class Loopback {
  static async start(...options) {
    const program = programPath('daytona-loopback');
    const child = spawn(program, options, { stdio: ['pipe', 'pipe', 'inherit'] });
    const greeting = await readUntil(child, 'Switches for tests: ');
    const find = (pattern) => greeting.match(pattern)[1];
    return new Loopback(child, {
      apiUrl: find(/DAYTONA_API_URL=(\S+)/),
      apiKey: find(/DAYTONA_API_KEY=(\S+)/),
      controlUrl: find(/Switches for tests: (\S+)/),
    });
  }

  constructor(child, { apiUrl, apiKey, controlUrl }) {
    this.child = child;
    this.apiUrl = apiUrl;
    this.apiKey = apiKey;
    this.controlUrl = controlUrl;
  }

  /** Where the daemons of sandboxes are reached. */
  get toolboxUrl() {
    return this.apiUrl.replace(/api$/, 'toolbox');
  }

  async close() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await ended;
  }

  /** What clients have asked so far: `{ method, path, query, … }`. */
  async requests() {
    return await this.control('GET', 'requests');
  }

  async forgetRequests() {
    await this.control('DELETE', 'requests');
  }

  /** Makes matching requests fail: `{ effect: 'hang', method: 'POST', path: '*execute' }`. */
  async inject(fault) {
    return await this.control('POST', 'faults', fault);
  }

  async clearFaults() {
    await this.control('DELETE', 'faults');
  }

  /** Lets time pass for sandboxes. */
  async advanceClock(minutes) {
    await this.control('POST', 'clock', { minutes });
  }

  async setState(sandbox, state) {
    await this.control('POST', `sandboxes/${sandbox.id}/state`, { state });
  }

  /** All sandboxes, as the API tells of them. */
  async sandboxes() {
    const headers = { Authorization: `Bearer ${this.apiKey}` };
    const response = await fetch(`${this.apiUrl}/sandbox`, { headers });
    const { items } = await response.json();
    return items;
  }

  async removeContainer(sandbox) {
    await this.control('DELETE', `sandboxes/${sandbox.id}/container`);
  }

  async deny(sandbox, path) {
    await this.control('POST', `sandboxes/${sandbox.id}/deny`, { path });
  }

  async control(method, path, body) {
    const response = await fetch(`${this.controlUrl}/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

async function readUntil(child, last) {
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.split(last)[1]?.includes('\n')) return text;
  }
  throw new Error(`the server ended early: ${text}`);
}
