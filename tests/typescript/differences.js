// Where the adapters answer otherwise than the Rust adapter, because what they serve prescribes it.
//
// Keys are cases; what is not here has the same answer in both languages.

export const DIFFERENCES = {
  'read_file/invalid_utf_8':
    "U+FFFD stands for what is not UTF-8, as in the runtime's own sandboxes; in Rust it is an error.",
  'exec_timeout/fires':
    'The runtime asks for a result with exit code 124; in Rust it is an error of its own.',
  'exec_abort/before': 'A signal aborts, as the runtime prescribes; in Rust one drops the future.',
  'failure/stopped_sandbox':
    'Contract 2 has an error for a sandbox that died, as Rust has; contract 1 does not, so the error of the SDK shows.',
  'failure/container_gone': 'As with a stopped sandbox.',
  'failure/deleted_sandbox': 'As with a stopped sandbox.',
};
