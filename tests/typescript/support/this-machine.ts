// The SDK of a provider whose sandboxes are directories of this machine.

import { spawn } from 'node:child_process';
import { accessSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Run {
	cwd: string;
	env: Record<string, string>;
	deadlineMs: number | undefined;
	signal: AbortSignal | undefined;
}

export class Sandbox {
	readonly #directory = mkdtempSync(join(tmpdir(), 'this-machine-'));
	#scripts = 0;

	constructor() {
		mkdirSync(this.workingDirectory());
		process.once('exit', () => rmSync(this.#directory, { recursive: true, force: true }));
	}

	workingDirectory(): string {
		return join(this.#directory, 'work');
	}

	/** Runs `script` in a process group of its own; undefined if it was stopped at its deadline. */
	async run(
		script: string,
		{ cwd, env, deadlineMs, signal }: Run,
	): Promise<{ stdout: string; stderr: string; exitCode: number } | undefined> {
		if (!statSync(cwd).isDirectory()) throw Object.assign(new Error(cwd), { code: 'ENOTDIR' });
		const file = join(this.#directory, `script-${String(this.#scripts++)}`);
		writeFileSync(file, script);
		const shell = spawn('sh', [file], {
			cwd,
			env: { ...process.env, ...env },
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		shell.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
		shell.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
		const stop = (): void => {
			try {
				process.kill(-(shell.pid ?? 0), 'SIGKILL');
			} catch {
				// It has ended.
			}
			shell.stdout.destroy();
			shell.stderr.destroy();
		};
		return await new Promise((resolve) => {
			const deadline = (): void => {
				stop();
				resolve(undefined);
			};
			const longest = 2 ** 31 - 1;
			const timer = deadlineMs === undefined ? undefined : setTimeout(deadline, Math.min(deadlineMs, longest));
			signal?.addEventListener('abort', stop);
			shell.on('close', (code, killedBy) => {
				clearTimeout(timer);
				const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
				const exitCode = code ?? (killedBy ? -1 : 0);
				resolve({ stdout: text(stdout), stderr: text(stderr), exitCode });
			});
		});
	}
}

/** Refuses what the mode of a directory on the way refuses, also to the root user, whom the system lets through. */
export function permitted(path: string): string {
	for (let folder = path; ; folder = dirname(folder)) {
		try {
			accessSync(folder);
			const found = statSync(folder);
			const isClosed = found.isDirectory() && (found.mode & 0o111) === 0;
			if (isClosed) throw Object.assign(new Error(path), { code: 'EACCES' });
		} catch (error) {
			if (codeOf(error) === 'EACCES') throw error;
		}
		if (folder === dirname(folder)) return path;
	}
}

export function codeOf(error: unknown): unknown {
	return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}
