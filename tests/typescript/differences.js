// Where the adapters answer otherwise than the Rust adapter, because what they serve prescribes it.

/** Cases of the suite that the adapters fail, and why. All others they pass. */
export const DIFFERENCES = {
  'read_file/invalid_utf8_is_an_error':
    "U+FFFD stands for what is not UTF-8, as in the runtime's own sandboxes: `read_file/invalid_utf_8` below.",
};

const LINE_END = 'the SDK changes a line end in a name there, so that it is refused.';

/** Cases that they fail on serverless hosts besides. */
export const DIFFERENCES_ON_SERVERLESS_HOSTS = {
  'file_name/carriage_return': LINE_END,
  'file_name/newline': LINE_END,
  'folder_name/carriage_return': LINE_END,
  'folder_name/newline': LINE_END,
};

/** What is told in another way in TypeScript, so that `support/suite.js` puts it into the words of the suite. */
export const OTHER_WORDS = [
  'A command that was stopped at its deadline is a result with exit code 124, as the runtime asks for; in Rust it is an error.',
  'Errors about files have the `code` and `path` of those of Node; in Rust, a kind and a path.',
  'An argument that no sandbox takes is a `TypeError` or a `RangeError`.',
  'A signal aborts a command; in Rust one drops the future.',
  'Only contract 2 has an error for a sandbox that died, as Rust has; with contract 1 the error of the SDK shows.',
];
