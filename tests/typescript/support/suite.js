// Runs the conformance suite on an adapter: the other side of `crates/flue-conformance`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { programPath } from './programs.js';

/** What the suite has to know of a provider; without it, that nothing is left out. */
export const DAYTONA = {
  refusesForceAs: 'Daytona',
  mergesStreams: true,
  tellsLinks: false,
  takesHugeDeadlines: false,
};
export const DOCKER = {
  mergesStreams: false,
  tellsLinks: true,
  takesHugeDeadlines: true,
};

/**
 * What each case comes to: the reason why it failed, or undefined.
 *
 * @param provider how its sandboxes are
 * @param runtime the module `@flue/runtime`
 * @param open makes an environment for the session with the given id, of the case with the given name
 */
export async function runSuite(provider, runtime, open) {
  const adapter = new Adapter(runtime, open);
  const verdicts = new Map();
  const program = spawn(programPath('flue-conformance'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(program, 'exit');
  const say = (message) => program.stdin.write(`${JSON.stringify(message)}\n`);
  say(provider);
  for await (const line of createInterface({ input: program.stdout })) {
    const message = JSON.parse(line);
    if ('case' in message) verdicts.set(message.case, message.failure);
    else if ('abandoned' in message) adapter.abandon(message.abandoned);
    else void adapter.answer(message).then(say);
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`the suite ended with code ${code}`);
  return verdicts;
}

/** Does what the suite asks for. */
class Adapter {
  constructor(runtime, open) {
    this.runtime = runtime;
    this.open = open;
    this.environments = [];
    this.running = new Map();
  }

  async answer({ id, method, arguments: given }) {
    const abort = new AbortController();
    this.running.set(id, abort);
    try {
      const value = await this.perform(method, given, abort.signal);
      return { id, value: value ?? null };
    } catch (error) {
      return { id, error: this.refusal(error) };
    } finally {
      this.running.delete(id);
    }
  }

  abandon(id) {
    this.running.get(id)?.abort();
  }

  async perform(method, { environment, ...given }, signal) {
    const env = this.environments[environment];
    switch (method) {
      case 'create': {
        const created = await this.open(given.id, given.case);
        return { environment: this.environments.push(created) - 1, cwd: created.cwd };
      }
      case 'readFileBuffer':
        return Buffer.from(await env.readFileBuffer(given.path)).toString('latin1');
      case 'writeFile':
        return void (await env.writeFile(given.path, Buffer.from(given.content, 'latin1')));
      case 'stat': {
        const { mtime, ...stat } = await env.stat(given.path);
        return { ...stat, mtime: mtime?.getTime() };
      }
      case 'exec':
        return await this.exec(env, given, signal);
      default:
        return await env[method](given.path, given.options);
    }
  }

  async exec(env, { command, ...options }, signal) {
    const result = await env.exec(command, { ...options, signal });
    const wasStopped = result.exitCode === 124 && /^The command was stopped/.test(result.stderr);
    if (wasStopped) throw new Stopped(options.timeoutMs);
    return result;
  }

  /** What the suite tells errors apart by. */
  refusal(error) {
    const { message, path } = error;
    if (error instanceof Stopped) return { kind: 'timeout', afterMs: error.afterMs };
    if (error instanceof this.runtime.SandboxOperationUnsupportedError) {
      return { kind: 'unsupported', ...error.meta };
    }
    if (error.type === 'sandbox_died') return { kind: 'died' };
    if (error instanceof TypeError || error instanceof RangeError) {
      return { kind: 'invalidArgument', message };
    }
    const [, code, operation] = /^(E[A-Z]+): [a-z ]+, (\w+) '/.exec(message) ?? [];
    return code ? { kind: 'file', code, operation, path } : { kind: 'other', message };
  }
}

/** The runtime tells a deadline with a result; the suite takes an error. */
class Stopped extends Error {
  constructor(afterMs) {
    super(`stopped after ${afterMs} ms`);
    this.afterMs = afterMs;
  }
}
