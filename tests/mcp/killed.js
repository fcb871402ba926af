// A client that tells the server's process once it has a sandbox, and waits to be killed in the middle of a call.

import { connect } from './client.js';

const client = await connect({ apiUrl: process.env.DAYTONA_API_URL, apiKey: process.env.DAYTONA_API_KEY });
await client.callTool({ name: 'write', arguments: { path: 'a', content: '' } });
console.log(client.transport.pid);
await client.callTool({ name: 'run', arguments: { command: 'sleep 60' } });
