'use agent';
import { Daytona } from '@daytona/sdk';
import { useModel, useSandbox } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

const open = async () => {
  const client = new Daytona(); // reads DAYTONA_API_KEY
  const sandbox = await client.create();
  return daytona(sandbox).createSandbox();
};
// The runtime calls the first from 2.0.2 on, and the second before.
const factory = { createSandbox: open, createSessionEnv: open };

export function Assistant() {
  useModel('anthropic/claude-sonnet-4-6');
  useSandbox(factory);
}
