//! Fills templates in.
//!
//! Strict and unescaped: an unknown name is an error, and `<` in Rust stays `<`. Text in, text out. The build script uses
//! this module, too, so that what is rendered ahead is what would be rendered later.

use handlebars::{Handlebars, RenderError, no_escape};
use serde::Serialize;

/// A piece that several templates share, as `{{> name}}`.
#[derive(Debug, Clone, Copy)]
pub struct Partial {
    /// What it is called by.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Renders `template`, with `\n` at the end of every line.
///
/// # Errors
///
/// When the template or a partial does not parse, or uses a name that `context` lacks.
pub(super) fn render(
    template: &str,
    partials: &[Partial],
    context: &impl Serialize,
) -> Result<String, RenderError> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    for partial in partials {
        handlebars.register_partial(partial.name, partial.text)?;
    }
    handlebars.render_template(template, context)
}
