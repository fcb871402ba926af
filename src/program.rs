//! What the command is called where it runs.
//!
//! A launcher, such as that of the package on npm, says in `FLUE_COMMAND` what is typed to reach the command through it.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::printable::is_printable;

/// The variable in which a launcher tells its name.
const VARIABLE: &str = "FLUE_COMMAND";

const NAME: &str = "flue";

static CALLED: LazyLock<String> = LazyLock::new(|| {
    let told = std::env::var(VARIABLE).unwrap_or_default();
    let is_name = !told.trim().is_empty() && told.chars().all(|c| is_printable(c) && c != '`');
    if is_name { told } else { NAME.to_owned() }
});

/// What is typed to run this command: `flue`, unless a launcher says otherwise.
pub(crate) fn name() -> &'static str {
    &CALLED
}

/// `text` with its commands, such as `` `flue list` ``, as they are typed here.
pub(crate) fn as_typed(text: &str) -> Cow<'_, str> {
    called(text, name())
}

fn called<'a>(text: &'a str, name: &str) -> Cow<'a, str> {
    if name == NAME || !text.contains("`flue ") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("`flue ", &format!("`{name} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_named_as_they_are_typed_and_the_program_is_not_renamed() {
        let text = "`flue` has no blueprint for it; `flue list` names those";
        let npx = "`flue` has no blueprint for it; `npx flue-blueprints list` names those";
        assert_eq!(called(text, "npx flue-blueprints"), npx);
        assert_eq!(called(text, "flue"), text);
    }
}
