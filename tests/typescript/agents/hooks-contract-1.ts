'use agent';
import { Daytona } from '@daytona/sdk';
import { useModel, useSandbox } from '@flue/runtime';
import { daytona } from './sandboxes/daytona.js';

export function Assistant() {
  useModel('anthropic/claude-sonnet-4-6');
  useSandbox({
    async createSessionEnv(options) {
      const client = new Daytona(); // reads DAYTONA_API_KEY
      const sandbox = await client.create();
      return daytona(sandbox).createSessionEnv(options);
    },
  });
}
