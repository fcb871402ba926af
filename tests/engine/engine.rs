//! A container engine for the tests.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use bollard::Docker;

/// An engine that `tests/engine/start` runs, or names; it ends with this value.
pub(crate) struct Engine {
    program: Child,
    pub(crate) address: String,
    pub(crate) client: Docker,
}

impl Engine {
    /// `repository` is the top directory. Panics where no engine can be had: the program has said why.
    pub(crate) fn start(repository: &str) -> Self {
        let program = Command::new(format!("{repository}/tests/engine/start"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut program = program.unwrap();
        let mut address = String::new();
        let mut answer = BufReader::new(program.stdout.take().unwrap());
        answer.read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "there is no container engine");
        address.truncate(address.trim_end().len());
        let client = Docker::connect_with_host(&address).unwrap();
        Self {
            program,
            address,
            client,
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        let _ = self.program.wait();
    }
}
