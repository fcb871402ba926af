import { Daytona } from '@daytona/sdk';
import { defineAgent } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

const client = new Daytona(); // reads DAYTONA_API_KEY
const sandbox = await client.create();
export const agent = defineAgent(() => ({
  model: 'anthropic/claude-sonnet-4-6',
  sandbox: daytona(sandbox),
}));
