//! Small programs that run in the sandbox.
//!
//! Owns how they are started and how arguments get there unharmed; what they do stands in `scripts/`.

use std::time::Duration;

use flue_runtime::{ExecOptions, SessionEnv};
use fluers_runtime::{RuntimeError, RuntimeResult};

use crate::failure::failure;

/// Printed first: whatever comes before it is from the shell that starts `sh`, such as a warning about its locale.
const START: &str = "-- flue-fluers --\n";

/// A script ends in the sandbox even if nobody waits for it any longer.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// A POSIX shell script, run in the base directory.
pub(crate) struct Script {
    name: &'static str,
    text: &'static str,
}

/// Prints what stands at each of the paths that are its arguments.
pub(crate) const LOOK: Script = Script {
    name: "look",
    text: include_str!("scripts/look.sh"),
};
/// Prints the first bytes of a file. Arguments: path, number.
pub(crate) const FIRST_BYTES: Script = Script {
    name: "read",
    text: include_str!("scripts/first_bytes.sh"),
};
/// Prints paths that match. Arguments: limit, name pattern, folder.
pub(crate) const GLOB: Script = Script {
    name: "glob",
    text: include_str!("scripts/glob.sh"),
};
/// Prints lines that match. Arguments: limit, pattern, files and folders.
pub(crate) const GREP: Script = Script {
    name: "grep",
    text: include_str!("scripts/grep.sh"),
};

impl Script {
    /// What the script prints. A script that fails is an error of the sandbox.
    pub(crate) async fn run<'a>(
        &self,
        env: &dyn SessionEnv,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> RuntimeResult<String> {
        let command = self.command(arguments);
        let options = ExecOptions::new().with_timeout(LONGEST_RUN);
        let result = env.exec(&command, options).await.map_err(failure)?;
        match result.stdout.split_once(START) {
            Some((_, output)) if result.exit_code == 0 => Ok(output.to_owned()),
            Some((_, output)) => Err(self.failed(result.exit_code, output)),
            None => Err(self.failed(result.exit_code, &result.stdout)),
        }
    }

    /// Through `sh`, for the shell of the sandbox may be any other.
    fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let start = START.trim_end();
        let script = format!("echo '{start}'\n{}", self.text);
        let mut command = format!("sh -c {} sh", quoted(&script));
        for argument in arguments {
            command.push(' ');
            command.push_str(&quoted(argument));
        }
        command
    }

    fn failed(&self, exit_code: i32, output: &str) -> RuntimeError {
        RuntimeError::Sandbox(format!(
            "{}: the script for it ended with {exit_code}: {} (it needs `sh`, `find`, `grep`, `awk`, `ls` and `od`)",
            self.name,
            output.trim()
        ))
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
