//! Fills templates in.
//!
//! Strict and unescaped: an unknown name is an error, and `<` in Rust stays `<`. Text in, text out.

use anyhow::Context as _;
use handlebars::{Handlebars, no_escape};
use serde::Serialize;

/// What an adapter for a cargo project is rendered from.
#[derive(Debug, Clone, Serialize)]
pub struct CargoContext {
    /// The first line of the file.
    pub marker: String,
    /// The name under which the project imports the runtime: `flue_runtime`, unless it is renamed in the manifest.
    pub runtime: String,
    /// The name under which the project imports the SDK.
    pub sdk: String,
    /// The path of the adapter's module from the crate root: `sandboxes::daytona`.
    pub module: String,
    /// Whether the prelude of the project's edition lacks `TryFrom`, as that of 2018 does.
    pub import_try_from: bool,
    /// Whether rustfmt sorts types before functions in the project's edition, as it does from 2024 on.
    pub imports_types_first: bool,
}

/// Renders `template`, with `\n` at the end of every line.
///
/// # Errors
///
/// When the template does not parse or uses a name that `context` lacks.
pub fn render(
    template_name: &str,
    template: &str,
    context: &impl Serialize,
) -> anyhow::Result<String> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    handlebars
        .render_template(template, context)
        .with_context(|| format!("failed to render the template `{template_name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> CargoContext {
        CargoContext {
            marker: "// marker".to_owned(),
            runtime: "flue_runtime".to_owned(),
            sdk: "daytona_sdk".to_owned(),
            module: "sandboxes::daytona".to_owned(),
            import_try_from: false,
            imports_types_first: true,
        }
    }

    #[test]
    fn names_are_filled_in_without_escaping() {
        let text = render("t", "{{marker}}\nVec<{{runtime}}::X>", &context()).unwrap();
        assert_eq!(text, "// marker\nVec<flue_runtime::X>");
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let error = render("cargo/x.rs.hbs", "{{marker}}\n{{nobody}}", &context()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to render the template `cargo/x.rs.hbs`"
        );
        assert!(format!("{error:#}").contains("nobody"), "{error:#}");
    }

    #[test]
    fn a_broken_template_is_an_error() {
        let error = render("t", "{{#if marker}}", &context()).unwrap_err();
        assert_eq!(error.to_string(), "failed to render the template `t`");
    }
}
