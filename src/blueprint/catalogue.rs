//! Which blueprints there are, and finding one by what a person calls it.

use std::sync::LazyLock;

use super::model::Blueprint;
use super::template::{Template, template};
use crate::error::{Code, Problem};

/// Every version of every blueprint, ordered by kind, name and version.
static VERSIONS: LazyLock<Vec<Blueprint>> = LazyLock::new(|| {
    let catalogue = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));
    // The build script wrote it from the same model, and a test reads it.
    serde_json::from_str(catalogue).unwrap_or_default()
});

/// Every blueprint in its newest version, ordered by kind and name.
pub(crate) fn all() -> Vec<&'static Blueprint> {
    let names = VERSIONS.chunk_by(|one, next| (&one.kind, &one.name) == (&next.kind, &next.name));
    names.filter_map(<[Blueprint]>::last).collect()
}

/// All versions of `blueprint`, the oldest first.
pub(crate) fn versions(
    blueprint: &Blueprint,
) -> impl DoubleEndedIterator<Item = &'static Blueprint> {
    let name = (blueprint.kind.clone(), blueprint.name.clone());
    let versions = VERSIONS.iter();
    versions.filter(move |version| (&version.kind, &version.name) == (&name.0, &name.1))
}

/// The blueprint of `kind` that answers to `name`, which may be an alias, without regard to case.
///
/// # Errors
///
/// A problem that lists what is known and names the nearest match.
pub(crate) fn find(kind: &str, name: &str) -> Result<&'static Blueprint, Problem> {
    let of_kind = of_kind(kind)?;
    let found = of_kind.iter().find(|blueprint| blueprint.answers_to(name));
    found.copied().ok_or_else(|| {
        let kind = &of_kind[0].kind;
        let known = of_kind.iter().map(|blueprint| blueprint.name.as_str());
        let all_names = of_kind.iter().flat_map(|blueprint| blueprint.names());
        let help = match nearest(name, all_names) {
            Some(near) => format!("a {kind} with a similar name exists: `{near}`"),
            None => format!("known names: {}", quoted(known)),
        };
        Problem::new(Code::UnknownName, format!("no {kind} named `{name}`")).help(help)
    })
}

/// The template of the guide to adapters of `kind` for providers that no blueprint is for.
///
/// # Errors
///
/// A problem that lists the kinds and names the nearest match.
pub(crate) fn provider_guide(kind: &str) -> Result<ProviderGuide, Problem> {
    let path = format!("{}/guide.md.hbs", kind.to_lowercase());
    template(&path)
        .map(ProviderGuide)
        .map_err(|_| unknown_kind(kind))
}

/// The guide to adapters of a kind for any provider.
pub(crate) struct ProviderGuide(&'static Template);

impl ProviderGuide {
    /// The guide for the provider at `address`, which is put in as it is.
    ///
    /// # Errors
    ///
    /// When its template has a mistake.
    pub(crate) fn render(&self, address: &str) -> anyhow::Result<String> {
        #[derive(serde::Serialize)]
        struct Context<'a> {
            address: &'a str,
        }
        self.0.render(&Context { address }).map(Into::into)
    }
}

/// The blueprints of `kind`, without regard to case; never empty.
fn of_kind(kind: &str) -> Result<Vec<&'static Blueprint>, Problem> {
    let mut of_kind = all();
    of_kind.retain(|blueprint| blueprint.kind.eq_ignore_ascii_case(kind));
    if of_kind.is_empty() {
        return Err(unknown_kind(kind));
    }
    Ok(of_kind)
}

fn unknown_kind(kind: &str) -> Problem {
    let mut kinds = all()
        .into_iter()
        .map(|blueprint| blueprint.kind.as_str())
        .collect::<Vec<_>>();
    kinds.dedup();
    let help = match nearest(kind, kinds.iter().copied()) {
        Some(near) => format!("a similar kind exists: `{near}`"),
        None => format!("known kinds: {}", quoted(kinds.into_iter())),
    };
    Problem::new(Code::UnknownKind, format!("no blueprint kind `{kind}`")).help(help)
}

impl Blueprint {
    fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.name.as_str()).chain(aliases)
    }
}
/// The candidate that a typing mistake would have come from, if any is near enough.
fn nearest<'a>(typed: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const SIMILAR: f64 = 0.8;
    let typed = typed.to_lowercase();
    candidates
        .map(|candidate| {
            (
                strsim::jaro_winkler(&typed, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|&(similarity, _)| similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted = names.map(|name| format!("`{name}`"));
    quoted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, name: &str, expect: &str) {
        let answer = match find(kind, name) {
            Ok(blueprint) => format!("{}/{}", blueprint.kind, blueprint.name),
            Err(problem) => format!("{problem}; {}", problem.help.clone().unwrap_or_default()),
        };
        assert_eq!(answer, expect);
    }

    #[test]
    fn names_are_found_by_slug_or_alias_without_regard_to_case() {
        check("sandbox", "daytona", "sandbox/daytona");
        check("Sandbox", "DAYTONA", "sandbox/daytona");
        check("sandbox", "@daytona/sdk", "sandbox/daytona");
        check("sandbox", "Daytona-SDK", "sandbox/daytona");
    }

    #[test]
    fn unknown_names_are_answered_with_the_nearest_or_all() {
        let similar =
            "no sandbox named `daytonna`; a sandbox with a similar name exists: `daytona`";
        check("sandbox", "daytonna", similar);
        check(
            "sandbox",
            "zzz",
            "no sandbox named `zzz`; known names: `daytona`",
        );
        check(
            "sandbx",
            "daytona",
            "no blueprint kind `sandbx`; a similar kind exists: `sandbox`",
        );
        check(
            "channel",
            "slack",
            "no blueprint kind `channel`; known kinds: `sandbox`",
        );
    }

    #[test]
    fn every_version_has_the_templates_that_it_names() {
        assert!(!VERSIONS.is_empty());
        for blueprint in VERSIONS.iter() {
            for variant in blueprint.parts.values().flat_map(|part| &part.variants) {
                for path in [&variant.template, &variant.next_steps] {
                    template(&format!("{}/{path}", blueprint.folder())).unwrap();
                }
            }
            assert!(provider_guide(&blueprint.kind).is_ok());
        }
    }
}
