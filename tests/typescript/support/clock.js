// The clock of a process.

/** Lets the timers of this process run so many `times` as fast. What is loaded afterwards has no others. */
export function hurry(times) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (callback, delay = 0, ...args) => setTimeout(callback, delay / times, ...args);
}
