import { Daytona } from '@daytona/sdk';
import type { SandboxFactory } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

const client = new Daytona();
export const sandbox: SandboxFactory = daytona(await client.create());
