// What an agent leaves behind when its requests fail: each of them in turn, in every way.

/** Longer than anyone means to keep a sandbox that nobody uses, in minutes. */
const YEARS = 10 * 365 * 24 * 60;

/** Every way in which the `nth` request, counted from 0, can fail, or those from there on. */
function failures(nth) {
  const once = (fault) => [{ ...fault, after: nth, times: 1 }];
  const forGood = (fault) => [{ ...fault, after: nth }];
  const replies = [403, 404, 409, 500, 502, 503, 504];
  const endings = [401, 404, 500, 503];
  return [
    once({ effect: 'dropConnection' }),
    once({ effect: 'dropReply' }),
    once({ effect: 'truncatedBody', bytes: 1 }),
    once({ effect: 'truncatedBody', bytes: 100 }),
    once({ effect: 'rateLimited' }),
    ...replies.map((status) => once({ effect: 'status', status })),
    forGood({ effect: 'dropConnection' }),
    forGood({ effect: 'dropReply' }),
    forGood({ effect: 'rateLimited' }),
    ...endings.map((status) => forGood({ effect: 'status', status })),
    // As if the process had ended after the request. The second does not see the request that the first met.
    [...once({ effect: 'dropReply' }), ...forGood({ effect: 'dropConnection' })],
  ];
}

/**
 * Runs an agent on a `server` for each of its requests and each way to fail. Returns how often it ran, and what was done to
 * each run after which a sandbox stayed that nothing ends.
 */
export async function leaks(server, { prepare = async () => {}, run }) {
  const left = [];
  const look = async (faults) => {
    await prepare();
    await server.forgetRequests();
    for (const fault of faults) await server.inject(fault);
    // Whether it comes to anything is not looked at.
    await run().catch(() => {});
    await server.clearFaults();
    const requests = await server.requests();
    await server.advanceClock(YEARS);
    if ((await server.sandboxes()).length > 0) left.push(JSON.stringify(faults));
    return requests.length;
  };
  const requests = await look([]);
  let runs = 1;
  for (let nth = 0; nth < requests; nth += 1) {
    for (const faults of failures(nth)) {
      await look(faults);
      runs += 1;
    }
  }
  return { runs, left };
}
