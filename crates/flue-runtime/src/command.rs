//! What no shell can take, whatever the provider.

use crate::{ExecOptions, Operation, SandboxError};

/// Refuses what providers refuse in different words, cut short or misunderstand.
pub(crate) fn require_valid(command: &str, options: &ExecOptions) -> Result<(), SandboxError> {
    let refuse = |reason: String| Err(SandboxError::invalid_argument(Operation::Exec, reason));
    if command.contains('\0') {
        return refuse("the command holds a NUL character".to_owned());
    }
    for (name, value) in &options.env {
        if !is_variable_name(name) {
            return refuse(format!(
                "`{}` is no name of a variable",
                name.escape_debug()
            ));
        }
        if value.contains('\0') {
            return refuse(format!("the value of `{name}` holds a NUL character"));
        }
    }
    Ok(())
}

/// Letters, digits and underscores, not beginning with a digit: what POSIX shells take for a name.
fn is_variable_name(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
