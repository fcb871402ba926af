//! Fills templates in.
//!
//! Strict and unescaped: an unknown name is an error, and `<` in Rust stays `<`. Text in, text out. The build script uses
//! this module, too, so that what is rendered ahead is what would be rendered later.

use handlebars::{Handlebars, RenderError, no_escape};
use serde::Serialize;

/// Renders `template`, which may include `partials` by their names, with `\n` at the end of every line.
///
/// # Errors
///
/// When the template or a partial does not parse, or uses a name that `context` lacks.
pub(super) fn render(
    template: &str,
    partials: &[(&str, &str)],
    context: &impl Serialize,
) -> Result<String, RenderError> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    for (name, text) in partials {
        handlebars.register_partial(name, text)?;
    }
    handlebars.render_template(template, context)
}
