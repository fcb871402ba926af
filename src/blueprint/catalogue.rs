//! Which blueprints there are, and finding one by what a person calls it.

use super::Blueprint;
use super::template::Template;
use crate::error::Problem;

mod built {
    //! What the build script makes of `templates/`.

    use crate::blueprint::template::{Partial, Rendered, Template};
    use crate::blueprint::{
        AdapterTemplate, Blueprint, Ecosystem, EnvironmentVariable, Package, Variant,
    };

    include!(concat!(env!("OUT_DIR"), "/blueprints.rs"));
}

/// Every blueprint in its newest version, ordered by kind and name.
pub fn all() -> &'static [Blueprint] {
    built::BLUEPRINTS
}

/// The blueprint of `kind` that answers to `name`, which may be an alias, without regard to case.
///
/// # Errors
///
/// A problem that lists what is known and names the nearest match.
pub fn find(kind: &str, name: &str) -> Result<&'static Blueprint, Problem> {
    let of_kind = of_kind(kind)?;
    let found = of_kind.iter().find(|blueprint| blueprint.answers_to(name));
    found.copied().ok_or_else(|| {
        let kind = of_kind[0].kind;
        let known = of_kind.iter().map(|blueprint| blueprint.name);
        let all_names = of_kind.iter().flat_map(|blueprint| blueprint.names());
        let help = match nearest(name, all_names) {
            Some(near) => format!("a {kind} with a similar name exists: `{near}`"),
            None => format!("known names: {}", quoted(known)),
        };
        Problem::new("unknown-name", format!("no {kind} named `{name}`")).help(help)
    })
}

/// The guide to adapters of `kind` for providers that no blueprint is for.
///
/// # Errors
///
/// A problem that lists the kinds and names the nearest match.
pub fn provider_guide(kind: &str) -> Result<&'static Template, Problem> {
    let guides = built::PROVIDER_GUIDES.iter();
    let mut known = guides.filter(|(known, _)| known.eq_ignore_ascii_case(kind));
    known
        .next()
        .map_or_else(|| Err(unknown_kind(kind)), |(_, guide)| Ok(guide))
}

/// The blueprints of `kind`, without regard to case; never empty.
fn of_kind(kind: &str) -> Result<Vec<&'static Blueprint>, Problem> {
    let of_kind = all()
        .iter()
        .filter(|blueprint| blueprint.kind.eq_ignore_ascii_case(kind))
        .collect::<Vec<_>>();
    if of_kind.is_empty() {
        return Err(unknown_kind(kind));
    }
    Ok(of_kind)
}

fn unknown_kind(kind: &str) -> Problem {
    let mut kinds = all()
        .iter()
        .map(|blueprint| blueprint.kind)
        .collect::<Vec<_>>();
    kinds.dedup();
    let help = match nearest(kind, kinds.iter().copied()) {
        Some(near) => format!("a similar kind exists: `{near}`"),
        None => format!("known kinds: {}", quoted(kinds.into_iter())),
    };
    Problem::new("unknown-kind", format!("no blueprint kind `{kind}`")).help(help)
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
    fn every_blueprint_has_the_templates_that_it_names() {
        for blueprint in all() {
            for variant in blueprint.variants {
                blueprint.template(variant.adapter.template).unwrap();
                blueprint.template(variant.next_steps).unwrap();
            }
            provider_guide(blueprint.kind).unwrap();
        }
    }
}
