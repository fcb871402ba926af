//! Which blueprints there are, and finding one by what a person calls it.

use std::sync::{Arc, LazyLock};

use super::model::Source;
use super::model::{Blueprint, Ecosystem};
use super::template::{Template, template};
use crate::error::{Code, Problem};

/// Every version of every blueprint in the binary, ordered by kind, name and version.
static BUILT_IN: LazyLock<Vec<Arc<Blueprint>>> = LazyLock::new(|| {
    let catalogue = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));
    // The build script wrote it from the same model, and a test reads it.
    let versions = serde_json::from_str::<Vec<Blueprint>>(catalogue).unwrap_or_default();
    versions.into_iter().map(Arc::new).collect()
});

impl Blueprint {
    /// All of its versions up to this one, the oldest first.
    pub(crate) fn versions(&self) -> Vec<&Self> {
        match &self.source {
            Source::BuiltIn => {
                let versions = BUILT_IN.iter().map(Arc::as_ref);
                let is_ours =
                    |other: &&Self| (&other.kind, &other.name) == (&self.kind, &self.name);
                versions.filter(is_ours).collect()
            }
            Source::Own(own) => own.earlier.iter().chain([self]).collect(),
        }
    }
}

impl Blueprint {
    /// How the versions before this one have required `package` in `ecosystem`.
    pub(crate) fn earlier_requirements(&self, ecosystem: Ecosystem, package: &str) -> Vec<&str> {
        let versions = self.versions().into_iter();
        let earlier = versions.filter(|it| it.version < self.version);
        let parts = earlier.filter_map(|version| version.parts.get(&ecosystem));
        let sdks = parts.flat_map(|part| &part.sdks);
        let sdks = sdks.filter(|sdk| sdk.package == package);
        sdks.map(|sdk| sdk.requirement.as_str()).collect()
    }
}

/// The blueprints that can be asked for.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    /// In their newest versions, ordered by kind and name; never empty.
    blueprints: Vec<Arc<Blueprint>>,
}

impl Catalogue {
    /// Those in the binary.
    pub(crate) fn built_in() -> Self {
        let is_same = |one: &Arc<Blueprint>, next: &Arc<Blueprint>| {
            (&one.kind, &one.name) == (&next.kind, &next.name)
        };
        let names = BUILT_IN.chunk_by(is_same);
        Self {
            blueprints: names.filter_map(<[_]>::last).cloned().collect(),
        }
    }

    /// Whether one has the `name`, or the alias `name`, among those of `kind`.
    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        let mut blueprints = self.blueprints.iter();
        blueprints.any(|it| it.kind == kind && it.answers_to(name))
    }

    /// These and those of a team.
    pub(crate) fn with(mut self, own: Vec<Blueprint>) -> Self {
        self.blueprints.extend(own.into_iter().map(Arc::new));
        let name = |it: &Arc<Blueprint>| (it.kind.clone(), it.name.clone());
        self.blueprints.sort_by_cached_key(name);
        self
    }

    /// All of them in their newest versions, ordered by kind and name.
    pub(crate) fn all(&self) -> &[Arc<Blueprint>] {
        &self.blueprints
    }

    /// The blueprint of `kind` that answers to `name`, which may be an alias, without regard to case.
    ///
    /// # Errors
    ///
    /// A problem that lists what is known and names the nearest match.
    pub(crate) fn find(&self, kind: &str, name: &str) -> Result<Arc<Blueprint>, Problem> {
        let of_kind = self.of_kind(kind)?;
        let found = of_kind.iter().find(|blueprint| blueprint.answers_to(name));
        found.map(|&found| found.clone()).ok_or_else(|| {
            let kind = &of_kind[0].kind;
            let known = of_kind.iter().map(|blueprint| blueprint.name.as_str());
            let all_names = of_kind.iter().flat_map(|blueprint| blueprint.names());
            let (help, suggestions) = match nearest(name, all_names) {
                Some(near) => (
                    format!("a {kind} with a similar name exists: `{near}`"),
                    vec![near],
                ),
                None => (known_names(&of_kind), known.collect()),
            };
            let message = format!("no {kind} named `{name}`");
            Problem::new(Code::UnknownName, message)
                .help(help)
                .suggest(suggestions)
        })
    }

    /// What is missing where `word` alone is to be added.
    pub(crate) fn incomplete(&self, word: &str) -> Problem {
        let missing = |message: String| Problem::new(Code::UsageMissingArgument, message);
        if let Some(blueprint) = self.all().iter().find(|it| it.answers_to(word)) {
            let (kind, name) = (&blueprint.kind, &blueprint.name);
            return missing(format!(
                "the kind is missing: `{word}` is the name of a {kind}"
            ))
            .help(format!("run `flue add {kind} {name}`"))
            .suggest([format!("{kind} {name}")]);
        }
        if is_address(word) {
            let kinds = self.kinds();
            let help = kinds.iter().map(|kind| format!("`flue add {kind} {word}`"));
            return missing(
                "the kind is missing: what there is at an address cannot be told".to_owned(),
            )
            .help(format!("run {}", help.collect::<Vec<_>>().join(" or ")))
            .suggest(kinds.iter().map(|kind| format!("{kind} {word}")));
        }
        let of_kind = match self.of_kind(word) {
            Ok(of_kind) => of_kind,
            Err(problem) => return problem,
        };
        let kind = &of_kind[0].kind;
        let names = of_kind.iter().map(|blueprint| blueprint.name.as_str());
        missing(format!("the name of the {kind} is missing"))
            .help(known_names(&of_kind))
            .suggest(names.map(|name| format!("{kind} {name}")))
    }

    /// The blueprint of `kind` for the provider whose website `address` is on.
    fn at_address(&self, kind: &str, address: &str) -> Option<&Arc<Blueprint>> {
        let asked_for = host(address)?;
        self.of_kind(kind).ok()?.into_iter().find(|blueprint| {
            let website = host(&blueprint.website).unwrap_or_default();
            asked_for == website || asked_for.ends_with(&format!(".{website}"))
        })
    }

    /// The template of the guide to adapters of `kind` for the provider at `address`, which no blueprint is for.
    ///
    /// # Errors
    ///
    /// A problem that names the blueprint for the provider, or lists the kinds and names the nearest match.
    pub(crate) fn provider_guide(
        &self,
        kind: &str,
        address: &str,
    ) -> Result<ProviderGuide, Problem> {
        if let Some(blueprint) = self.at_address(kind, address) {
            let Blueprint { kind, name, .. } = &**blueprint;
            let message = format!("there is a blueprint for `{address}`: `{kind}/{name}`");
            return Err(Problem::new(Code::HasBlueprint, message)
                .help(format!("run `flue add {kind} {name}`"))
                .suggest([name]));
        }
        self.guide_of(kind)
    }

    /// The template of the guide to adapters of `kind` for any provider.
    ///
    /// # Errors
    ///
    /// A problem that lists the kinds and names the nearest match.
    pub(crate) fn guide_of(&self, kind: &str) -> Result<ProviderGuide, Problem> {
        let path = format!("{}/guide.md.hbs", kind.to_lowercase());
        template(&path)
            .map(ProviderGuide)
            .map_err(|_| self.unknown_kind(kind))
    }

    /// The blueprints of `kind`, without regard to case; never empty.
    fn of_kind(&self, kind: &str) -> Result<Vec<&Arc<Blueprint>>, Problem> {
        let is_of_kind = |blueprint: &&Arc<Blueprint>| blueprint.kind.eq_ignore_ascii_case(kind);
        let of_kind = self.all().iter().filter(is_of_kind).collect::<Vec<_>>();
        if of_kind.is_empty() {
            return Err(self.unknown_kind(kind));
        }
        Ok(of_kind)
    }

    /// The kinds that there are.
    fn kinds(&self) -> Vec<&str> {
        let mut kinds = self
            .all()
            .iter()
            .map(|blueprint| blueprint.kind.as_str())
            .collect::<Vec<_>>();
        kinds.dedup();
        kinds
    }

    fn unknown_kind(&self, kind: &str) -> Problem {
        let kinds = self.kinds();
        let named = self.all().iter().find(|it| it.answers_to(kind));
        let (help, suggestions) = match (named, nearest(kind, kinds.iter().copied())) {
            (Some(blueprint), _) => (
                format!("run `flue add {} {}`", blueprint.kind, blueprint.name),
                vec![blueprint.kind.as_str()],
            ),
            (None, Some(near)) => (format!("a similar kind exists: `{near}`"), vec![near]),
            (None, None) => (
                format!("known kinds: {}", quoted(kinds.iter().copied())),
                kinds,
            ),
        };
        Problem::new(Code::UnknownKind, format!("no blueprint kind `{kind}`"))
            .help(help)
            .suggest(suggestions)
    }
}

/// What can be asked for where one of `of_kind` is.
fn known_names(of_kind: &[&Arc<Blueprint>]) -> String {
    let kind = &of_kind[0].kind;
    let names = quoted(of_kind.iter().map(|blueprint| blueprint.name.as_str()));
    format!(
        "known names: {names}; for any other provider, `flue add {kind} <address>` prints how to write its adapter"
    )
}

/// Whether `name` is the address of a provider: it has a scheme, which no name of a blueprint has.
pub(crate) fn is_address(name: &str) -> bool {
    let scheme = name.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// The host that `address` names, without `www.`.
fn host(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.trim_end_matches('.').to_lowercase();
    Some(host.strip_prefix("www.").unwrap_or(&host).to_owned())
}

/// The guide to a blueprint of one's own, with `context` filled in.
///
/// # Errors
///
/// When its template has a mistake.
pub(crate) fn own_guide(context: &impl serde::Serialize) -> anyhow::Result<String> {
    template("own.md.hbs")?.render(context).map(Into::into)
}

/// The guide to adapters of a kind for any provider.
pub(crate) struct ProviderGuide(&'static Template);

impl ProviderGuide {
    /// The guide, with `context` filled in.
    ///
    /// # Errors
    ///
    /// When its template has a mistake.
    pub(crate) fn render(&self, context: &impl serde::Serialize) -> anyhow::Result<String> {
        self.0.render(context).map(Into::into)
    }
}

impl Blueprint {
    /// Whether `name` is its name or one of its aliases.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
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
        let answer = match Catalogue::built_in().find(kind, name) {
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
            "no sandbox named `zzz`; known names: `daytona`, `docker`; for any other provider, `flue add sandbox <address>` prints how to write its adapter",
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
        check(
            "daytona",
            "sandbox",
            "no blueprint kind `daytona`; run `flue add sandbox daytona`",
        );
    }

    #[test]
    fn an_address_has_a_scheme() {
        for address in ["https://e2b.dev/docs?a=b&c", "git+ssh://host/x", "foo:bar"] {
            assert!(is_address(address), "{address}");
        }
        let names = [
            "daytona",
            "@daytona/sdk",
            "e2b.dev",
            ":",
            "://x",
            "1a:b",
            "",
        ];
        for name in names {
            assert!(!is_address(name), "{name}");
        }
    }

    #[test]
    fn a_provider_is_known_by_the_host_of_its_website() {
        let catalogue = Catalogue::built_in();
        let is_known = |address| catalogue.at_address("sandbox", address).is_some();
        for address in [
            "https://daytona.io",
            "http://www.Daytona.io:443/docs",
            "https://me@app.daytona.io./x?y#z",
        ] {
            assert!(is_known(address), "{address}");
        }
        for address in [
            "https://e2b.dev",
            "https://notdaytona.io",
            "https://a.b/daytona.io",
            "foo:daytona.io",
        ] {
            assert!(!is_known(address), "{address}");
        }
    }

    #[test]
    fn every_version_has_the_templates_that_it_names() {
        let catalogue = Catalogue::built_in();
        assert!(!catalogue.all().is_empty());
        for blueprint in BUILT_IN.iter() {
            for variant in blueprint.parts.values().flat_map(|part| &part.variants) {
                for path in [&variant.template, &variant.next_steps] {
                    template(&format!("{}/{path}", blueprint.directory())).unwrap();
                }
            }
            assert!(
                catalogue
                    .provider_guide(&blueprint.kind, "https://a.example")
                    .is_ok()
            );
        }
    }
}
