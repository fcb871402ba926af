//! Small programs that run in the sandbox.
//!
//! Owns how they are started and how arguments get there unharmed; what they do stands in `scripts/`.

use std::time::Duration;

use flue_runtime::{ExecOptions, SessionEnv};

use crate::failure::Failure;

/// Printed first: whatever comes before it is from the shell that starts `sh`, such as a warning about its locale.
const START: &str = "-- flue-mcp --\n";

/// A POSIX shell script.
pub(crate) struct Script(&'static str);

/// Prints the names in a folder. Arguments: folder, limit.
pub(crate) const LIST: Script = Script(include_str!("scripts/list.sh"));
/// Prints paths. Arguments: root, the same as a pattern, limit, tests of `find`.
pub(crate) const FIND: Script = Script(include_str!("scripts/find.sh"));
/// Prints lines that match. Arguments: root, the same as a pattern, limit, options and pattern of `grep`, tests of `find`.
pub(crate) const GREP: Script = Script(include_str!("scripts/grep.sh"));

/// Why a script printed nothing.
pub(crate) enum ScriptError {
    /// What it was to look at is not there, or not what it has to be.
    NoSuchRoot,
    /// `grep` does not take the pattern.
    NoPattern,
    Other(Failure),
}

impl Script {
    /// What the script prints. Every path in it begins with `mark`, if it is one that prints paths.
    pub(crate) async fn run(
        &self,
        env: &dyn SessionEnv,
        deadline: Duration,
        mark: &str,
        arguments: &[&str],
    ) -> Result<String, ScriptError> {
        let options = ExecOptions::new()
            .with_env("mark", mark)
            .with_timeout(deadline);
        let result = env.exec(&self.command(arguments), options).await;
        let result = result.map_err(|error| ScriptError::Other(error.into()))?;
        let printed = result.stdout.split_once(START).map(|(_, printed)| printed);
        match (result.exit_code, printed) {
            (0, Some(printed)) => Ok(printed.to_owned()),
            (66, _) => Err(ScriptError::NoSuchRoot),
            (65, _) => Err(ScriptError::NoPattern),
            (code, printed) => Err(ScriptError::Other(Failure::new(
                "provider",
                format!(
                    "The sandbox could not look: exit code {code}, {}. It needs `sh`, `find`, `grep` and `awk`; `run` can tell \
                     what is missing.",
                    printed.unwrap_or(&result.stdout).trim()
                ),
            ))),
        }
    }

    /// Through `sh`, for the shell of the sandbox may be any other.
    fn command(&self, arguments: &[&str]) -> String {
        let script = format!("echo '{}'\n{}", START.trim_end(), self.0);
        let mut command = format!("sh -c {} sh", quoted(&script));
        for argument in arguments {
            command.push(' ');
            command.push_str(&quoted(argument));
        }
        command
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
