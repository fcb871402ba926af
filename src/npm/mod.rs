//! What is particular to npm projects: `package.json`, lock files and the runtime's contract.
//!
//! Text in, text out: nothing here reads or writes a file.
