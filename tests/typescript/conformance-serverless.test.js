// The same cases where the SDK takes its host for a serverless one, as it does by this variable when it is loaded.

process.env.VERCEL = '1';
await import('./conformance.test.js');
