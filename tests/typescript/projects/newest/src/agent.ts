'use agent';
import { Daytona } from '@daytona/sdk';
import { useModel, useSandbox } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

const client = new Daytona();
const sandbox = await client.create();

export function Assistant(): void {
  useModel('anthropic/claude-sonnet-4-6');
  useSandbox(daytona(sandbox), { cwd: 'workspace' });
}
