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

import {
  createSandboxSessionEnv,
  SandboxOperationUnsupportedError,
} from '@flue/runtime';
import type {
  FileStat,
  SandboxApi,
  SandboxFactory,
  SessionEnv,
  ShellResult,
} from '@flue/runtime';
import type { Sandbox as DaytonaSandbox, FileInfo } from '@daytona/sdk';

/** Where a sandbox works if it does not say. */
const DEFAULT_WORK_DIR = '/home/daytona';

/** The permissions of new folders. */
const FOLDER_MODE = '755';

/** The longest deadline that Daytona takes. */
const MAX_TIMEOUT_SECONDS = 2 ** 32 - 1;

/** The runtime calls `createSandbox` from 2.0.2 on, and the other one before. */
interface FactoryOfBothContracts extends SandboxFactory {
  createSandbox(): Promise<SessionEnv>;
  createSessionEnv(): Promise<SessionEnv>;
}

/**
 * Makes a sandbox that the application owns usable as the sandbox of an agent.
 *
 * Relative paths start at the sandbox's own working directory.
 */
export function daytona(sandbox: DaytonaSandbox): FactoryOfBothContracts {
  const open = async (): Promise<SessionEnv> => {
    const api = new DaytonaSandboxApi(sandbox);
    return createSandboxSessionEnv(api, await api.workDir());
  };
  return { createSandbox: open, createSessionEnv: open };
}

type ExecOptions = NonNullable<Parameters<SandboxApi['exec']>[1]>;

class DaytonaSandboxApi implements SandboxApi {
  private readonly sandbox: DaytonaSandbox;

  constructor(sandbox: DaytonaSandbox) {
    this.sandbox = sandbox;
  }

  async workDir(): Promise<string> {
    const answer = this.sandbox.getWorkDir();
    const workDir = await answer;
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
    const bytes =
      typeof content === 'string'
        ? Buffer.from(content, 'utf8')
        : Buffer.from(content);
    const upload = this.sandbox.fs.uploadFile(bytes, path);
    await this.fileAnswer('writeFile', path, upload);
    if (!sdkChecksUploads()) await this.requireUploaded(path, bytes.length);
  }

  async stat(path: string): Promise<FileStat> {
    const details = this.sandbox.fs.getFileDetails(path);
    const info = await this.fileAnswer('stat', path, details);
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
      await this.stat(path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async mkdir(
    path: string,
    options: { recursive?: boolean } = {},
  ): Promise<void> {
    // Daytona creates parents and accepts an existing folder, asked to or not.
    if (!options.recursive) await this.requireRoomForFolder(path);
    const creation = this.sandbox.fs.createFolder(path, FOLDER_MODE);
    await this.fileAnswer('mkdir', path, creation);
  }

  async rm(
    path: string,
    options: { recursive?: boolean; force?: boolean } = {},
  ): Promise<void> {
    if (options.force) {
      throw new SandboxOperationUnsupportedError({
        operation: 'rm',
        provider: 'Daytona',
        options: ['force'],
      });
    }
    const recursive = options.recursive === true;
    const removal = this.sandbox.fs.deleteFile(path, recursive);
    await this.fileAnswer('rm', path, removal);
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
    try {
      const { exitCode, result } = await execution;
      // -1 is a killed shell, or one that could not start in `cwd`.
      if (exitCode === -1 && options.cwd !== undefined) {
        await this.requireFolder('exec', options.cwd);
      }
      // Daytona merges the two streams.
      return { stdout: result, stderr: '', exitCode };
    } catch (error) {
      if (timeout === undefined || statusOf(error) !== 408) throw error;
      const stderr = `The command was stopped after ${timeout} s.`;
      return { stdout: '', stderr, exitCode: 124 };
    }
  }

  private async download(operation: string, path: string): Promise<Buffer> {
    const { fs } = this.sandbox;
    try {
      return await this.fileAnswer(operation, path, fs.downloadFile(path));
    } catch (error) {
      // Here the SDK cannot tell a missing sandbox from a missing file, but
      // there it can.
      if (isMissing(error)) {
        await this.fileAnswer(operation, path, fs.getFileDetails(path));
      }
      throw error;
    }
  }

  /** Waits for an `answer` about the file at `path`. */
  private async fileAnswer<T>(
    operation: string,
    path: string,
    answer: Promise<T>,
  ): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const code = await this.fileErrorCode(operation, path, error);
      throw code ? fileError(code, operation, path, error) : error;
    }
  }

  private async fileErrorCode(
    operation: string,
    path: string,
    error: unknown,
  ): Promise<FileErrorCode | undefined> {
    if (isAboutFile(error)) {
      return statusOf(error) === 404 ? 'ENOENT' : 'EACCES';
    }
    const isRefusal = statusOf(error) === 400 || statusOf(error) === 500;
    return isRefusal ? await this.reasonOfRefusal(operation, path) : undefined;
  }

  /**
   * Daytona has one answer to whatever the file at `path` does not allow: look
   * what it is.
   */
  private async reasonOfRefusal(
    operation: string,
    path: string,
  ): Promise<FileErrorCode | undefined> {
    const isFolder = await this.findFolder(path);
    if (isFolder === undefined) {
      return (await this.isBelowFile(path)) ? 'ENOTDIR' : undefined;
    }
    if (isFolder) return 'EISDIR';
    if (operation === 'mkdir') return 'EEXIST';
    return operation === 'readdir' ? 'ENOTDIR' : undefined;
  }

  private async isBelowFile(path: string): Promise<boolean> {
    let folder = path;
    while (folder !== '/') {
      folder = parentOf(folder);
      const isFolder = await this.findFolder(folder);
      if (isFolder !== undefined) return !isFolder;
    }
    return false;
  }

  /** Whether `path` is a folder; undefined if Daytona does not show it. */
  private async findFolder(path: string): Promise<boolean | undefined> {
    try {
      const details = this.sandbox.fs.getFileDetails(path);
      const info = await details;
      return info.isDir;
    } catch (error) {
      if (statusOf(error) === undefined) throw error;
      return undefined;
    }
  }

  /** What plain `mkdir` asks for: nothing at `path`, and a folder to put it in. */
  private async requireRoomForFolder(path: string): Promise<void> {
    if (await this.exists(path)) throw fileError('EEXIST', 'mkdir', path);
    await this.requireFolder('mkdir', parentOf(path));
  }

  private async requireFolder(operation: string, path: string): Promise<void> {
    const details = this.sandbox.fs.getFileDetails(path);
    const { isDir } = await this.fileAnswer(operation, path, details);
    if (!isDir) throw fileError('ENOTDIR', operation, path);
  }

  private async requireUploaded(path: string, size: number): Promise<void> {
    const details = this.sandbox.fs.getFileDetails(path);
    const info = await this.fileAnswer('writeFile', path, details);
    if (info.isDir) throw fileError('EISDIR', 'writeFile', path);
    const isRegular = info.mode.startsWith('-');
    if (isRegular && info.size !== size) {
      throw new Error(
        `Daytona did not take '${path}': ${info.size} of ${size} bytes are there`,
      );
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

function isMissing(error: unknown): boolean {
  const code = propertyOf(error, 'code');
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether Daytona says that a file is missing or denied, not a sandbox. */
function isAboutFile(error: unknown): boolean {
  const code = propertyOf(error, 'code') ?? propertyOf(error, 'errorCode');
  const status = statusOf(error);
  return status === 403 || (status === 404 && code !== 'NOT_FOUND');
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
  const times = [info.modifiedAt, isoTime(info.modTime)];
  return times
    .map((time) => new Date(time ?? NaN))
    .find((time) => !Number.isNaN(time.getTime()));
}

/** Go's `2026-06-23 13:33:38.123456789 +0200 CEST` as ISO 8601. */
function isoTime(time: string | undefined): string | undefined {
  const goTime = /^(\S+) (\d+:\d+:\d+(?:\.\d{1,3})?)\d* ([+-]\d\d)(\d\d).*$/;
  return time?.replace(goTime, '$1T$2$3:$4');
}

/** A name that would arrive as another one is refused before it is sent. */
function requireUploadable(path: string): void {
  if (/[\s\u0085]$/.test(path)) {
    throw new TypeError(`Daytona cuts off the blank at the end of '${path}'`);
  }
  if (!sdkChecksUploads() && /[\r\n]/.test(path)) {
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
  return `eval ' ${command.replace(/'/g, "'\\''")}' </dev/null\n`;
}

/**
 * Daytona counts deadlines in whole seconds, with 0 for none: rounded up, and 1
 * at least.
 */
function wholeSeconds(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined) return undefined;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  if (seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new RangeError(
    `a deadline of ${timeoutMs} ms is not within ${MAX_TIMEOUT_SECONDS} s`,
  );
}

/**
 * Whether the SDK looks at the answer to an upload. Outside plain Node, on
 * serverless hosts for instance, it does not.
 */
function sdkChecksUploads(): boolean {
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
  return (
    !otherRuntimes.some((name) => name in globalThis) &&
    !serverlessVariables.some((name) => process.env[name] !== undefined)
  );
}
