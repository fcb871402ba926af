// flue-blueprint: sandbox/docker@1

/*
 * Lets an agent work in a container of Docker (https://www.docker.com) or
 * Podman (https://podman.io).
 *
 * The application owns the container: it creates and starts one, hands it to
 * `docker`, and removes it in the end. Nothing here starts, stops or removes a
 * container.
 *
 * The container's own shell does the work, as the container's own user. So its
 * image needs `sh`, `cat`, `head`, `mkdir`, `rm`, `sleep` and `stat`, as most
 * have.
 *
 * This file is part of your project and yours to change; `flue add` keeps your
 * edits.
 */

import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import type {
  FileStat,
  Sandbox,
  SandboxDriver,
  SandboxFactory,
  ShellResult,
} from '@flue/runtime';
import { SandboxDiedError, sandboxFromDriver } from '@flue/runtime';
import type { Container } from 'dockerode';

/**
 * Makes a running container that the application owns usable as the sandbox of
 * an agent.
 *
 * Relative paths start at the container's own working directory.
 */
export function docker(container: Container): SandboxFactory {
  return {
    async createSandbox(): Promise<Sandbox> {
      const driver = new DockerSandboxDriver(container);
      return sandboxFromDriver(driver, await driver.workDir());
    },
  };
}

type ExecOptions = NonNullable<Parameters<SandboxDriver['exec']>[1]>;
type MkdirOptions = NonNullable<Parameters<SandboxDriver['mkdir']>[1]>;
type RmOptions = NonNullable<Parameters<SandboxDriver['rm']>[1]>;

class DockerSandboxDriver implements SandboxDriver {
  private readonly container: Container;

  constructor(container: Container) {
    this.container = container;
  }

  async workDir(): Promise<string> {
    const { Config } = await this.container.inspect();
    return Config.WorkingDir || '/';
  }

  async readFile(path: string): Promise<string> {
    const bytes = await this.onFile('readFile', path, READ);
    return bytes.toString('utf8');
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    const bytes = await this.onFile('readFileBuffer', path, READ);
    return new Uint8Array(bytes);
  }

  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content);
    const size = String(bytes.length);
    await this.onFile('writeFile', path, WRITE, size, bytes);
  }

  async stat(path: string): Promise<FileStat> {
    const told = await this.onFile('stat', path, STAT);
    return fileStat(told.toString('utf8'));
  }

  async readdir(path: string): Promise<string[]> {
    const names = await this.onFile('readdir', path, LIST);
    return names.toString('utf8').split('\0').slice(0, -1);
  }

  async exists(path: string): Promise<boolean> {
    try {
      await this.stat(path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async mkdir(path: string, options: MkdirOptions = {}): Promise<void> {
    const flag = options.recursive ? '-p' : '';
    await this.onFile('mkdir', path, MKDIR, flag);
  }

  async rm(path: string, options: RmOptions = {}): Promise<void> {
    const flag = options.recursive ? '-r' : '';
    try {
      await this.onFile('rm', path, RM, flag);
    } catch (error) {
      if (!options.force || !isMissing(error)) throw error;
    }
  }

  async exec(command: string, options: ExecOptions = {}): Promise<ShellResult> {
    const { cwd = '/', env = {}, timeoutMs, signal } = options;
    requireSendable(command, env);
    const seconds = wholeSeconds(timeoutMs);
    const input = Buffer.from(command);
    const script = shell(RUN, cwd, String(input.length));
    const mark = randomUUID();
    const mayEnd = timeoutMs !== undefined || signal !== undefined;
    const start = Date.now();
    const { stdout, stderr, exitCode } = await this.run('exec', {
      words: mayEnd ? limited(script, seconds, mark) : script,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      input,
      signal,
      mark,
    });
    const result = {
      stdout: stdout.toString('utf8'),
      stderr: stderr.toString('utf8'),
      exitCode,
    };
    const waited = Date.now() - start;
    const isLate = timeoutMs !== undefined && waited >= timeoutMs;
    if (exitCode === KILLED && isLate) {
      const reason = `The command was stopped after ${String(seconds)} s.\n`;
      return { ...result, stderr: reason + result.stderr, exitCode: 124 };
    }
    if (exitCode === DENIED) await this.onFile('exec', cwd, ENTER);
    return result;
  }

  /** Runs a script about the file at `path`, whose exit code tells about it. */
  private async onFile(
    operation: string,
    path: string,
    script: string,
    argument = '',
    input = NOTHING,
  ): Promise<Buffer> {
    if (path.includes('\0')) {
      throw new TypeError('the path holds a NUL character');
    }
    const words = shell(NEAREST + script, path, argument);
    const { stdout, stderr, exitCode } = await this.run(operation, {
      words,
      input,
    });
    if (exitCode === 0) return stdout;
    const reason = stderr.toString('utf8').trim();
    const code = FILE_ERROR_CODES.get(exitCode);
    if (!code) throw new Error(reason);
    throw fileError(code, operation, path, reason);
  }

  private async run(operation: string, process: Process): Promise<Output> {
    const died = { operation, reason: 'stopped' } as const;
    try {
      const output = await runInContainer(this.container, process);
      // So ends what runs in a container that stops.
      const wasKilled = output.exitCode === KILLED;
      if (!wasKilled || !(await isStopped(this.container))) return output;
    } catch (error) {
      if (!(await isStopped(this.container))) throw error;
    }
    throw new SandboxDiedError(died);
  }
}

/** What to run in a container. */
interface Process {
  words: string[];
  env?: string[];
  input: Buffer;
  /** Kills what carries the mark. */
  signal?: AbortSignal | undefined;
  mark?: string;
}

const NOTHING = Buffer.alloc(0);

interface Output {
  stdout: Buffer;
  stderr: Buffer;
  exitCode: number;
}

async function runInContainer(
  container: Container,
  process: Process,
): Promise<Output> {
  const { words, env = [], input, signal, mark = '' } = process;
  const exec = await container.exec({
    Cmd: words,
    Env: env,
    AttachStdin: input.length > 0,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const kill = (): void => {
    const watch = shell(WATCH, '0', mark);
    const ended = runInContainer(container, {
      words: watch,
      input: NOTHING,
    });
    // A container that is gone needs no more.
    ended.catch(() => undefined);
  };
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill);
  try {
    const streams = await exchange(stream, input);
    const { ExitCode } = await exec.inspect();
    return { ...streams, exitCode: ExitCode ?? -1 };
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

/** Sends `input` to a process, and takes what it writes until it ends. */
async function exchange(
  stream: Duplex,
  input: Buffer,
): Promise<{ stdout: Buffer; stderr: Buffer }> {
  const parts: Uint8Array[] = [];
  stream.on('data', (part: Uint8Array) => parts.push(part));
  const ended = finished(stream, { writable: false });
  if (input.length > 0) stream.write(input);
  try {
    await ended;
  } finally {
    stream.destroy();
  }
  return separated(Buffer.concat(parts));
}

/** Parts of both streams follow each other, each behind eight bytes. */
function separated(bytes: Buffer): { stdout: Buffer; stderr: Buffer } {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const start = at + 8;
    const end = start + bytes.readUInt32BE(at + 4);
    const stream = bytes[at] === 2 ? stderr : stdout;
    stream.push(bytes.subarray(start, end));
    at = end;
  }
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
}

/** The words of a shell that runs `script` with these arguments. */
function shell(script: string, ...given: string[]): string[] {
  return ['sh', '-c', script, 'sh', ...given];
}

/** `words`, run with a mark and no more than so many seconds. */
function limited(words: string[], seconds: number, mark: string): string[] {
  return [...shell(LIMIT, String(seconds), mark, WATCH), ...words];
}

async function isStopped(container: Container): Promise<boolean> {
  try {
    const { State } = await container.inspect();
    return !State.Running;
  } catch (error) {
    // Any other failed look tells nothing about the container.
    return propertyOf(error, 'statusCode') === 404;
  }
}

const FILE_ERRORS = {
  EACCES: 'permission denied',
  EEXIST: 'file already exists',
  EISDIR: 'illegal operation on a directory',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
};

type FileErrorCode = keyof typeof FILE_ERRORS;

/** The exit code of what was killed. */
const KILLED = 137;

/** The exit code of a script that may not do what it was to do. */
const DENIED = 77;

/** What the scripts tell: 64, and the number of the error in Linux. */
const FILE_ERROR_CODES = new Map<number, FileErrorCode>([
  [66, 'ENOENT'],
  [DENIED, 'EACCES'],
  [81, 'EEXIST'],
  [84, 'ENOTDIR'],
  [85, 'EISDIR'],
]);

/** An error as Node's own file functions throw it. */
function fileError(
  code: FileErrorCode,
  operation: string,
  path: string,
  cause: unknown,
): Error {
  const message = `${code}: ${FILE_ERRORS[code]}, ${operation} '${path}'`;
  return Object.assign(new Error(message), { code, path, cause });
}

function isMissing(error: unknown): boolean {
  const code = propertyOf(error, 'code');
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function propertyOf(error: unknown, name: string): unknown {
  return error instanceof Error ? Reflect.get(error, name) : undefined;
}

/**
 * What `STAT` prints: the mode, the size and the time of the last change, after
 * a word for a link.
 */
function fileStat(told: string): FileStat {
  const pattern = /^(link )?([0-9a-f]+) (\d+) (-?\d+)/;
  const [, link, mode = '', size, seconds] = pattern.exec(told) ?? [];
  if (!mode) throw new Error("the container's `stat` has another format");
  const kind = Number.parseInt(mode, 16) & 0o170000;
  return {
    isFile: kind === 0o100000,
    isDirectory: kind === 0o040000,
    isSymbolicLink: link !== undefined,
    size: Number(size),
    mtime: new Date(Number(seconds) * 1_000),
  };
}

/** What a shell would misunderstand is refused before it is sent. */
function requireSendable(command: string, env: Record<string, string>): void {
  if (command.includes('\0')) {
    throw new TypeError('the command holds a NUL character');
  }
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new TypeError(`'${name}' is no name of an environment variable`);
    }
    if (value.includes('\0')) {
      throw new TypeError(`the value of '${name}' holds a NUL character`);
    }
  }
}

/**
 * The deadline as `sleep` takes it: rounded up, 1 at least, and no more than
 * anyone lives to see.
 */
function wholeSeconds(timeoutMs = Infinity): number {
  if (Number.isNaN(timeoutMs)) {
    throw new RangeError('the deadline is no number');
  }
  return Math.min(Math.max(1, Math.ceil(timeoutMs / 1_000)), 2 ** 31);
}

/**
 * Finds the nearest folder above `$1`, and ends where there is none that may
 * be used.
 */
const NEAREST = `
nearest() {
    up=\${1%/*}
    until [ -e "\${up:-/}" ]; do up=\${up%/*}; done
    [ -d "\${up:-/}" ] || exit 84
    [ -x "\${up:-/}" ] || exit 77
}
`;

const READ = `
[ -d "$1" ] && exit 85
cat "$1" && exit
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -r "$1" ] || exit 77
exit 1
`;

/**
 * Reads its input even where it cannot write: an engine drops the connection
 * of a process that does not.
 */
const WRITE = `
{ opened=1; head -c "$2"; } >"$1" && exit
[ -n "$opened" ] || head -c "$2" >/dev/null
[ -d "$1" ] && exit 85
if [ -e "$1" ]; then
    [ -w "$1" ] || exit 77
    exit 1
fi
nearest "$1"
[ "$up" = "\${1%/*}" ] || exit 66
[ -w "$up/" ] || exit 77
exit 1
`;

const STAT = `
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -L "$1" ] && printf 'link '
stat -L -c '%f %s %Y' "$1"
`;

const LIST = `
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -d "$1" ] || exit 84
[ -r "$1" ] && cd "$1" || exit 77
for name in * .[!.]* ..?*; do
    if [ -e "$name" ] || [ -L "$name" ]; then printf '%s\\0' "$name"; fi
done
`;

const MKDIR = `
mkdir $2 "$1" && exit
if [ -e "$1" ] || [ -L "$1" ]; then exit 81; fi
nearest "$1"
[ -n "$2" ] || [ "$up" = "\${1%/*}" ] || exit 66
[ -w "$up/" ] || exit 77
exit 1
`;

const RM = `
nearest "$1"
[ -e "$1" ] || [ -L "$1" ] || exit 66
[ -d "$1" ] && [ ! -L "$1" ] && [ -z "$2" ] && exit 85
rm $2 "$1" && exit
[ -w "$up/" ] || exit 77
exit 1
`;

const ENTER = `
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -d "$1" ] || exit 84
[ -x "$1" ] || exit 77
`;

/**
 * Runs the command that it reads: one of any size, which an argument cannot
 * have.
 */
const RUN = `
set -- "$1" "$(head -c "$2"; echo .)"
cd "$1" || exit 77
exec </dev/null
eval "shift 2
\${2%.}"
`;

/** Runs its last arguments, and has them watched meanwhile. */
const LIMIT = `
seconds=$1 mark=$2 watch=$3
shift 3
(exec sh -c "$watch" sh "$seconds" "$mark" $$) </dev/null >/dev/null 2>&1 &
exec 3>&2 2>/dev/null
FLUE_COMMAND=$mark "$@" 2>&3 3>&-
code=$?
kill $!
wait $!
exit $code
`;

/**
 * Kills a command that takes too long: all that carries its mark, whatever it
 * did to get away, and then its group. A watch inside the container keeps the
 * deadline even if the application has gone.
 */
const WATCH = `
trap 'kill -9 $!; wait $!; exit' TERM
sleep "$1" &
wait $!
trap '' TERM
for round in 1 2 3; do
    for process in /proc/[0-9]*; do
        case $(cat "$process/environ") in
        *"FLUE_COMMAND=$2"*) kill -9 "\${process#/proc/}" ;;
        esac
    done
done
kill -9 "-$3"
`;
