// flue-blueprint: sandbox/daytona@1

/*
 * Lets an agent work in a Daytona sandbox (https://www.daytona.io).
 *
 * The application owns the sandbox: it creates one, hands it to `daytona`, and
 * deletes it in the end. Nothing here starts, stops or deletes a sandbox.
 *
 * This file is part of your project and yours to change; `flue add` keeps your
 * edits.
 */

import type { Sandbox as DaytonaSandbox, FileInfo } from '@daytona/sdk';
import type {
  SandboxApi as Driver,
  FileStat,
  SandboxFactory,
  ShellResult,
} from '@flue/runtime';
import {
  createSandboxSessionEnv,
  SandboxOperationUnsupportedError,
} from '@flue/runtime';

/** Where a sandbox works if it does not say. */
const DEFAULT_WORK_DIR = '/home/daytona';

/** The permissions of new folders. */
const FOLDER_MODE = '755';

/** The longest deadline that Daytona takes. */
const MAX_TIMEOUT_SECONDS = 2 ** 32 - 1;

/** How long Daytona may take to stop a command at its deadline. */
const GRACE_MS = 5_000;

/** The longest time that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Makes a sandbox that the application owns usable as the sandbox of an agent.
 *
 * Relative paths start at the sandbox's own working directory.
 */
export function daytona(sandbox: DaytonaSandbox): SandboxFactory {
  const open = async () => {
    const driver = new DaytonaDriver(sandbox);
    const workDir = await driver.workDir();
    return createSandboxSessionEnv(driver, workDir);
  };
  return { createSessionEnv: open };
}

type ExecOptions = NonNullable<Parameters<Driver['exec']>[1]>;
type MkdirOptions = NonNullable<Parameters<Driver['mkdir']>[1]>;
type RmOptions = NonNullable<Parameters<Driver['rm']>[1]>;

class DaytonaDriver implements Driver {
  private readonly sandbox: DaytonaSandbox;

  constructor(sandbox: DaytonaSandbox) {
    this.sandbox = sandbox;
  }

  async workDir(): Promise<string> {
    const answer = this.sandbox.getWorkDir();
    const workDir = await this.awaitAnswer('getWorkDir', answer);
    return workDir ?? DEFAULT_WORK_DIR;
  }

  async readFile(path: string): Promise<string> {
    const bytes = await this.download('readFile', path);
    return bytes.toString('utf8');
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    const bytes = await this.download('readFileBuffer', path);
    return new Uint8Array(bytes);
  }

  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    requireUploadable(path);
    // Only a Buffer will do: the SDK takes a string for the path of a local
    // file, and a plain Uint8Array crashes the process.
    const bytes = bufferOf(content);
    const upload = this.sandbox.fs.uploadFile(bytes, path);
    await this.fileAnswer('writeFile', path, upload);
    if (!sdkIsOnPlainNode()) await this.requireUploaded(path, bytes.length);
  }

  async stat(path: string): Promise<FileStat> {
    const info = await this.details('stat', path);
    const mtime = modifiedAt(info);
    // Daytona follows links without telling that it did, so there is no
    // `isSymbolicLink`.
    return {
      isFile: !info.isDir,
      isDirectory: info.isDir,
      size: info.size,
      ...(mtime && { mtime }),
    };
  }

  async readdir(path: string): Promise<string[]> {
    const listing = this.sandbox.fs.listFiles(path);
    const entries = await this.fileAnswer('readdir', path, listing);
    return entries.map((entry) => entry.name);
  }

  async exists(path: string): Promise<boolean> {
    try {
      return await this.isThere('exists', path);
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR') return false;
      throw error;
    }
  }

  async mkdir(path: string, options: MkdirOptions = {}): Promise<void> {
    // Daytona creates parents and accepts an existing folder, asked to or not.
    if (!options.recursive) await this.requireRoomForFolder(path);
    const creation = this.sandbox.fs.createFolder(path, FOLDER_MODE);
    await this.fileAnswer('mkdir', path, creation);
  }

  async rm(path: string, options: RmOptions = {}): Promise<void> {
    if (options.force) {
      throw new SandboxOperationUnsupportedError({
        operation: 'rm',
        provider: 'Daytona',
        options: ['force'],
      });
    }
    const recursive = options.recursive === true;
    const removal = this.sandbox.fs.deleteFile(path, recursive);
    try {
      await this.fileAnswer('rm', path, removal);
    } catch (error) {
      throw await this.reasonOfNoRemoval(path, recursive, error);
    }
  }

  /** Daytona cannot cancel a command, so `signal` is left to Flue. */
  async exec(command: string, options: ExecOptions = {}): Promise<ShellResult> {
    requireSendable(command, options.env);
    const timeout = wholeSeconds(options.timeoutMs);
    const script = detachedFromStdin(command);
    const execution = this.sandbox.process.executeCommand(
      script,
      options.cwd,
      options.env,
      timeout,
    );
    const answer = withinDeadline(timeout, execution);
    try {
      const response = await this.awaitAnswer('exec', answer);
      if (response === undefined) return stoppedAfter(timeout);
      const { exitCode, result } = response;
      // -1 is a killed shell, or one that could not start in `cwd`.
      if (exitCode === -1 && options.cwd !== undefined) {
        await this.requireFolder('exec', options.cwd);
      }
      // Daytona merges the two streams.
      return { stdout: result, stderr: '', exitCode };
    } catch (error) {
      if (timeout === undefined || statusOf(error) !== 408) throw error;
      return stoppedAfter(timeout);
    }
  }

  private async download(operation: string, path: string): Promise<Buffer> {
    try {
      const bytes = this.bytesOf(operation, path);
      return await this.fileAnswer(operation, path, bytes);
    } catch (error) {
      // Here the SDK cannot tell a missing sandbox from a missing file, but
      // there it can.
      if (codeOf(error) === 'ENOENT') await this.details(operation, path);
      throw error;
    }
  }

  private async bytesOf(operation: string, path: string): Promise<Buffer> {
    const { fs, process } = this.sandbox;
    try {
      return await fs.downloadFile(path);
    } catch (error) {
      // Outside plain Node the SDK does not find what it got for some names,
      // such as `ä` or `"`: have a command print that.
      const isOther = sdkIsOnPlainNode() || statusOf(error) !== undefined;
      if (isOther) throw error;
    }
    const { isDir } = await fs.getFileDetails(path);
    if (isDir) throw fileError('EISDIR', operation, path);
    const printing = `base64 <${quoted(path)}\n`;
    const { exitCode, result } = await process.executeCommand(printing);
    if (exitCode === 0) return Buffer.from(result, 'base64');
    throw new Error(`'${path}' cannot be read: ${result.trim()}`);
  }

  /** Every answer of Daytona is awaited here. */
  private async awaitAnswer<T>(
    _operation: string,
    answer: Promise<T>,
  ): Promise<T> {
    return await answer;
  }

  /** Waits for an `answer` about the file at `path`. */
  private async fileAnswer<T>(
    operation: string,
    path: string,
    answer: Promise<T>,
  ): Promise<T> {
    try {
      return await this.awaitAnswer(operation, answer);
    } catch (error) {
      let code = codeOfAnswer(error);
      if (isRefusal(error)) {
        code = await this.reasonOfRefusal(operation, path);
      }
      throw code ? fileError(code, operation, path, error) : error;
    }
  }

  /** Looks at the file at `path`. */
  private async details(operation: string, path: string): Promise<FileInfo> {
    const answer = this.sandbox.fs.getFileDetails(path);
    try {
      return await this.awaitAnswer(operation, answer);
    } catch (error) {
      let code = codeOfAnswer(error);
      if (isRefusal(error)) {
        code = await this.reasonOnTheWay(operation, path);
      }
      throw code ? fileError(code, operation, path, error) : error;
    }
  }

  /**
   * Daytona has one answer to whatever the file at `path` does not allow: look
   * what it is.
   */
  private async reasonOfRefusal(
    operation: string,
    path: string,
  ): Promise<FileErrorCode | undefined> {
    try {
      const { isDir } = await this.details(operation, path);
      return isDir ? 'EISDIR' : WHAT_A_FILE_IS[operation];
    } catch (error) {
      const code = codeOf(error);
      // Nothing is in the way of a new folder.
      if (operation === 'mkdir' && code === 'ENOENT') return 'EACCES';
      if (isFileErrorCode(code)) return code;
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  /** Why a look at `path` is refused: there is a file on the way to it. */
  private async reasonOnTheWay(
    operation: string,
    path: string,
  ): Promise<FileErrorCode | undefined> {
    const answer = this.sandbox.fs.getFileDetails(parentOf(path));
    try {
      const info = await this.awaitAnswer(operation, answer);
      return info.isDir ? undefined : 'ENOTDIR';
    } catch (error) {
      if (isRefusal(error)) return 'ENOTDIR';
      if (isAboutFile(error)) return undefined;
      throw error;
    }
  }

  /** What `error`, with which `path` was not removed, means. */
  private async reasonOfNoRemoval(
    path: string,
    recursive: boolean,
    error: unknown,
  ): Promise<unknown> {
    const code = codeOf(error);
    // That it is a folder is no reason: something in it may not go.
    if (code === 'EISDIR' && recursive) {
      return fileError('EACCES', 'rm', path, error);
    }
    const isThere = code === 'ENOENT' && (await this.isThere('rm', path));
    if (!isThere) return error;
    return new Error(
      `Daytona says that '${path}' is missing, and it is there: its daemon is older than 0.189`,
    );
  }

  private async isThere(operation: string, path: string): Promise<boolean> {
    try {
      await this.details(operation, path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** What plain `mkdir` asks for: nothing at `path`, and a folder to put it in. */
  private async requireRoomForFolder(path: string): Promise<void> {
    if (await this.isThere('mkdir', path)) {
      throw fileError('EEXIST', 'mkdir', path);
    }
    await this.requireFolder('mkdir', parentOf(path));
  }

  private async requireFolder(operation: string, path: string): Promise<void> {
    const { isDir } = await this.details(operation, path);
    if (!isDir) throw fileError('ENOTDIR', operation, path);
  }

  private async requireUploaded(path: string, size: number): Promise<void> {
    const info = await this.details('writeFile', path);
    if (info.isDir) throw fileError('EISDIR', 'writeFile', path);
    const isRegular = info.mode.startsWith('-');
    if (isRegular && info.size !== size) {
      const arrived = `${String(info.size)} of ${String(size)} bytes`;
      throw new Error(`Daytona took ${arrived} of '${path}'`);
    }
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

/** An error as Node's own file functions throw it. */
function fileError(
  code: FileErrorCode,
  operation: string,
  path: string,
  cause?: unknown,
): Error {
  const message = `${code}: ${FILE_ERRORS[code]}, ${operation} '${path}'`;
  return Object.assign(new Error(message), { code, path, cause });
}

/** What a file is to the operations that one can refuse. */
const WHAT_A_FILE_IS: Partial<Record<string, FileErrorCode>> = {
  mkdir: 'EEXIST',
  readdir: 'ENOTDIR',
  rm: 'EACCES',
};

function isFileErrorCode(code: unknown): code is FileErrorCode {
  return typeof code === 'string' && code in FILE_ERRORS;
}

/** What an answer about a file says, if it says it. */
function codeOfAnswer(error: unknown): FileErrorCode | undefined {
  if (!isAboutFile(error)) return undefined;
  return statusOf(error) === 404 ? 'ENOENT' : 'EACCES';
}

/** Whether Daytona says that a file is missing or denied, not a sandbox. */
function isAboutFile(error: unknown): boolean {
  const status = statusOf(error);
  return status === 403 || (status === 404 && codeOf(error) !== 'NOT_FOUND');
}

/** Whether Daytona says that a file does not allow what was asked for. */
function isRefusal(error: unknown): boolean {
  if (codeOf(error) === 'FILE_READ_FAILED') return true;
  return statusOf(error) === 400 && !saysStopped(error);
}

/** Whether Daytona says that the sandbox does not run. */
function saysStopped(error: unknown): boolean {
  if (codeOf(error) === 'SANDBOX_NOT_STARTED') return true;
  const words = /Is the Sandbox started\?$|^Sandbox is not running$/;
  return error instanceof Error && words.test(error.message);
}

/** The code of an error of ours, of Daytona or of the system. */
function codeOf(error: unknown): unknown {
  return propertyOf(error, 'code') ?? propertyOf(error, 'errorCode');
}

/** The HTTP status in an error of the SDK, whose classes differ by version. */
function statusOf(error: unknown): unknown {
  return propertyOf(error, 'statusCode');
}

function propertyOf(error: unknown, name: string): unknown {
  return error instanceof Error ? Reflect.get(error, name) : undefined;
}

/** The folder that holds the absolute `path`. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** When a file was modified; undefined if Daytona does not tell. */
function modifiedAt(info: FileInfo): Date | undefined {
  for (const time of [info.modifiedAt, isoTime(info.modTime)]) {
    const date = new Date(time ?? NaN);
    if (!Number.isNaN(date.getTime())) return date;
  }
  return undefined;
}

/** Go's `2026-06-23 13:33:38.123456789 +0200 CEST` as ISO 8601. */
function isoTime(time: string | undefined): string | undefined {
  const goTime = /^(\S+) (\d+:\d+:\d+(?:\.\d{1,3})?)\d* ([+-]\d\d)(\d\d).*$/;
  return time?.replace(goTime, '$1T$2$3:$4');
}

function bufferOf(content: string | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content, 'utf8');
  return Buffer.from(content);
}

/** A name that would arrive as another one is refused before it is sent. */
function requireUploadable(path: string): void {
  if (/[\s\u0085]$/.test(path)) {
    throw new TypeError(`Daytona cuts off the blank at the end of '${path}'`);
  }
  if (!sdkIsOnPlainNode() && /[\r\n]/.test(path)) {
    throw new TypeError(`the SDK changes the line end in '${path}' here`);
  }
}

/** What Daytona would refuse, or misunderstand, is refused before it is sent. */
function requireSendable(
  command: string,
  env: Record<string, string> = {},
): void {
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
 * Daytona feeds a command to a shell's standard input, where a command that
 * reads would eat the rest of it.
 */
function detachedFromStdin(command: string): string {
  return `eval ${quoted(` ${command}`)} </dev/null\n`;
}

/** `text` as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

/**
 * Waits for `answer`, though not much longer than the `timeout` of its command:
 * a process that has left the group of the command holds it. Undefined is then.
 */
async function withinDeadline<T>(
  timeout: number | undefined,
  answer: Promise<T>,
): Promise<T | undefined> {
  const wait = (timeout ?? Infinity) * 1_000 + GRACE_MS;
  if (wait > LONGEST_TIMER_MS) return await answer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, wait);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function stoppedAfter(timeout: number | undefined): ShellResult {
  const stderr = `The command was stopped after ${String(timeout)} s.`;
  return { stdout: '', stderr, exitCode: 124 };
}

/**
 * Daytona counts deadlines in whole seconds, with 0 for none: rounded up, and 1
 * at least.
 */
function wholeSeconds(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined) return undefined;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  if (seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  const most = `${String(MAX_TIMEOUT_SECONDS)} s`;
  throw new RangeError(`a deadline of ${String(timeoutMs)} ms is over ${most}`);
}

/**
 * Whether the SDK runs as it was tried. Outside plain Node, on serverless hosts
 * for instance, it does not look at the answer to an upload.
 */
function sdkIsOnPlainNode(): boolean {
  const otherRuntimes = ['Deno', 'WebSocketPair', 'window'];
  const serverlessVariables = [
    'AWS_EXECUTION_ENV',
    'AWS_SAM_LOCAL',
    'CF_PAGES',
    'FUNCTIONS_WORKER_RUNTIME',
    'FUNCTION_TARGET',
    'LAMBDA_TASK_ROOT',
    'SITE_NAME',
    'VERCEL',
  ];
  if (otherRuntimes.some((name) => name in globalThis)) return false;
  return serverlessVariables.every((name) => process.env[name] === undefined);
}
