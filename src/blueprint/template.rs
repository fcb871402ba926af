//! Templates, and what the build has rendered of them ahead.

use std::borrow::Cow;

use anyhow::Context as _;
use serde::Serialize;

pub use super::engine::Partial;
use super::engine::render;

/// A file that is filled in for a project.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Its path, relative to the folder of its blueprint.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// What it may include.
    pub partials: &'static [Partial],
    /// The usual contexts, and what they come to: parsing a template takes longer than all else that a run does.
    pub rendered: &'static [Rendered],
}

/// A template that was filled in by the build.
#[derive(Debug, Clone, Copy)]
pub struct Rendered {
    /// What it was filled in from, as JSON.
    pub context: &'static str,
    /// The text.
    pub text: &'static str,
}

impl Template {
    /// The template filled in from `context`, with `\n` at the end of every line.
    ///
    /// # Errors
    ///
    /// When the template does not parse or uses a name that `context` lacks: a mistake in the blueprint.
    pub fn render(&self, context: &impl Serialize) -> anyhow::Result<Cow<'static, str>> {
        let failed = || format!("failed to render the template `{}`", self.path);
        let json = serde_json::to_string(context).with_context(failed)?;
        let ahead = self.rendered.iter().find(|ahead| ahead.context == json);
        match ahead {
            Some(ahead) => Ok(Cow::Borrowed(ahead.text)),
            None => render(self.text, self.partials, context)
                .map(Cow::Owned)
                .with_context(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::catalogue;
    use crate::blueprint::context::CargoContext;

    fn context() -> CargoContext {
        let names = [
            "// marker",
            "flue_runtime",
            "daytona_sdk",
            "sandboxes::daytona",
        ];
        let [marker, runtime, sdk, module] = names.map(str::to_owned);
        CargoContext::new(marker, runtime, sdk, module, "2024")
    }

    fn template(text: &'static str) -> Template {
        Template {
            path: "cargo/x.rs.hbs",
            text,
            partials: &[Partial {
                name: "part",
                text: "<{{sdk}}>",
            }],
            rendered: &[],
        }
    }

    #[test]
    fn names_are_filled_in_without_escaping() {
        let text = template("{{marker}}\nVec<{{runtime}}::X>{{> part}}").render(&context());
        assert_eq!(
            text.unwrap(),
            "// marker\nVec<flue_runtime::X><daytona_sdk>"
        );
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let error = template("{{marker}}\n{{nobody}}")
            .render(&context())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to render the template `cargo/x.rs.hbs`"
        );
        assert!(format!("{error:#}").contains("nobody"), "{error:#}");
    }

    #[test]
    fn a_broken_template_is_an_error() {
        template("{{#if marker}}").render(&context()).unwrap_err();
        template("{{> nothing}}").render(&context()).unwrap_err();
    }

    #[test]
    fn what_was_rendered_ahead_is_what_would_be_rendered() {
        let templates = catalogue::all()
            .iter()
            .flat_map(|blueprint| blueprint.templates);
        let mut compared = 0;
        for template in templates {
            for ahead in template.rendered {
                let context = serde_json::from_str::<serde_json::Value>(ahead.context).unwrap();
                let text = render(template.text, template.partials, &context).unwrap();
                assert_eq!(text, ahead.text, "{}", template.path);
                compared += 1;
            }
        }
        assert!(compared > 5, "{compared}");
    }

    #[test]
    fn usual_names_need_no_rendering() {
        let names = [
            "// flue-blueprint: sandbox/daytona@1",
            "flue_runtime",
            "daytona_sdk",
            "sandboxes::daytona",
        ];
        let [marker, runtime, sdk, module] = names.map(str::to_owned);
        let context = CargoContext::new(marker, runtime, sdk, module, "2021");
        let blueprint = catalogue::find("sandbox", "daytona").unwrap();
        for path in ["cargo/daytona.rs.hbs", "cargo/next-steps.txt.hbs"] {
            let text = blueprint.template(path).unwrap().render(&context).unwrap();
            assert!(matches!(text, Cow::Borrowed(_)), "{path}");
        }
    }
}
