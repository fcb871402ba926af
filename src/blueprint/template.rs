//! Templates, and what the build has rendered of them ahead.

use std::borrow::Cow;

use anyhow::Context as _;
use serde::Serialize;

use super::engine::render;
use super::model::Blueprint;
use super::model::{Own, Source};
use super::texts::{Guide, Texts, partials_beside};

/// A file that is filled in for a project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template {
    /// Its path below `templates/`.
    pub(super) path: &'static str,
    /// Its text.
    pub(super) text: &'static str,
    /// What it may include, as `{{> name}}`: names and texts.
    pub(super) partials: &'static [(&'static str, &'static str)],
    /// The usual contexts as JSON, and what they come to: parsing a template takes longer than all else that a run does.
    pub(super) rendered: &'static [(&'static str, &'static str)],
}

mod built {
    //! What the build script makes of `templates/`.

    use super::Template;

    include!(concat!(env!("OUT_DIR"), "/templates.rs"));
}

impl Blueprint {
    /// The template at `path` in the directory of the blueprint, filled in from `context`, with `\n` at the end of every
    /// line.
    ///
    /// # Errors
    ///
    /// When the template is missing, does not parse or uses a name that `context` lacks: a mistake in the blueprint.
    pub(crate) fn render(
        &self,
        path: &str,
        context: &impl Serialize,
    ) -> anyhow::Result<Cow<'static, str>> {
        match &self.source {
            Source::BuiltIn => template(&format!("{}/{path}", self.directory()))?.render(context),
            Source::Own(own) => own.render(path, context).map(Cow::Owned),
        }
    }
}

impl Own {
    /// See [`Blueprint::render`].
    fn render(&self, path: &str, context: &impl Serialize) -> anyhow::Result<String> {
        let failed = || format!("failed to render `{path}` of `{}`", self.place.display());
        match &self.texts {
            Texts::Guide(guide) => match path {
                Guide::ADAPTER => Ok(guide.adapter.clone()),
                _ => Ok(String::new()),
            },
            Texts::Templates(templates) => {
                let text = templates.get(path).with_context(failed)?;
                let partials = partials_beside(templates, path);
                let partials = partials.map(|(name, _, text)| (name, text));
                render(text, &partials.collect::<Vec<_>>(), context).with_context(failed)
            }
        }
    }
}

/// The template at `path` below `templates/`, which is no blueprint's own, filled in from `context`.
///
/// # Errors
///
/// When there is none, or it has a mistake.
pub(crate) fn render_shared(
    path: &str,
    context: &impl Serialize,
) -> anyhow::Result<Cow<'static, str>> {
    template(path)?.render(context)
}

/// The template at `path` below `templates/`.
///
/// # Errors
///
/// When there is none.
pub(super) fn template(path: &str) -> anyhow::Result<&'static Template> {
    let found = built::TEMPLATES.binary_search_by(|template| template.path.cmp(path));
    let index = found
        .ok()
        .with_context(|| format!("no template `{path}`"))?;
    Ok(&built::TEMPLATES[index])
}

impl Template {
    /// See [`Blueprint::render`].
    pub(super) fn render(&self, context: &impl Serialize) -> anyhow::Result<Cow<'static, str>> {
        let failed = || format!("failed to render the template `{}`", self.path);
        let json = serde_json::to_string(context).with_context(failed)?;
        let ahead = self.rendered.iter().find(|(ahead, _)| *ahead == json);
        match ahead {
            Some((_, text)) => Ok(Cow::Borrowed(text)),
            None => render(self.text, self.partials, context)
                .map(Cow::Owned)
                .with_context(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::catalogue::Catalogue;
    use crate::blueprint::context::{AgentPlace, CargoContext};
    use crate::blueprint::model::Ecosystem;

    fn context() -> CargoContext {
        let blueprint = Catalogue::built_in().find("sandbox", "daytona").unwrap();
        let part = &blueprint.parts[&Ecosystem::Cargo];
        let names = ["flue_runtime", "daytona_sdk"];
        CargoContext::new(&blueprint, part, names, AgentPlace::BinaryTarget)
    }

    fn template(text: &'static str) -> Template {
        Template {
            path: "cargo/x.rs.hbs",
            text,
            partials: &[("part", "<{{sdk}}>")],
            rendered: &[],
        }
    }

    #[test]
    fn names_are_filled_in_without_escaping() {
        let text = template("{{module}}\nVec<{{runtime}}::X>{{> part}}").render(&context());
        assert_eq!(
            text.unwrap(),
            "crate::sandboxes::daytona\nVec<flue_runtime::X><daytona_sdk>"
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
    fn a_template_that_is_not_there_is_an_error() {
        let blueprint = Catalogue::built_in().find("sandbox", "daytona").unwrap();
        let error = blueprint.render("cargo/x.hbs", &context()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no template `sandbox/daytona/1/cargo/x.hbs`"
        );
    }

    #[test]
    fn what_was_rendered_ahead_is_what_would_be_rendered() {
        let mut compared = 0;
        for template in built::TEMPLATES {
            for (context, ahead) in template.rendered {
                let context = serde_json::from_str::<serde_json::Value>(context).unwrap();
                let text = render(template.text, template.partials, &context).unwrap();
                assert_eq!(text, *ahead, "{}", template.path);
                compared += 1;
            }
        }
        assert!(compared > 5, "{compared}");
    }

    #[test]
    fn usual_names_need_no_rendering() {
        let blueprint = Catalogue::built_in().find("sandbox", "daytona").unwrap();
        for path in ["cargo/daytona.rs.hbs", "cargo/next-steps.txt.hbs"] {
            let text = blueprint.render(path, &context()).unwrap();
            assert!(matches!(text, Cow::Borrowed(_)), "{path}");
        }
    }
}
