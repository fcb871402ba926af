// What cases expect.

import assert from 'node:assert/strict';

/** Expects that `promise` is rejected as Node's own file functions would reject it. */
export async function failsWith(code, promise) {
  const error = await failure(promise);
  assert.equal(error.code, code, `expected ${code}, got: ${error.stack}`);
  assert.match(error.message, new RegExp(`^${code}: `));
}

/** Expects that `promise` is rejected before anything is sent to the sandbox of `context`. */
export async function isRefused(type, context, act) {
  await context.server.forgetRequests();
  const error = await failure(act());
  assert.ok(error instanceof type, `expected ${type.name}, got: ${error.stack}`);
  assert.deepEqual(await context.server.requests(), []);
  return error;
}

/** The error that `promise` is rejected with. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('expected an error');
}
