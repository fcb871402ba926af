// A client of the program that serves a sandbox.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { programPath } from '../typescript/support/programs.js';

export async function connect({ apiUrl, apiKey }) {
  const client = new Client({ name: 'flue-mcp-checks', version: '1.0.0' });
  const env = { DAYTONA_API_URL: apiUrl, DAYTONA_API_KEY: apiKey };
  await client.connect(new StdioClientTransport({ command: programPath('sandbox-mcp'), env }));
  return client;
}

export function textsOf({ content }) {
  return content.map(({ text }) => text);
}
