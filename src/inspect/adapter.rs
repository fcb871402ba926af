//! The file that a blueprint writes, against every text that some version of the blueprint writes.

use std::borrow::Cow;
use std::path::Path;

use crate::blueprint::marker::Marker;
use crate::blueprint::{Blueprint, Part, UpstreamText};
use crate::error::{Code, Problem};
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::sha256::sha256;
use crate::text::difference::{Change, changes};
use crate::text::layout::{Layout, Tokenize};
use crate::text::likeness::Written;
use crate::text::{BYTE_ORDER_MARK, LineEnding};

/// The file that the blueprint writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adapter {
    /// What the newest version writes in this package today, with the line ends of its manifest.
    pub pristine: String,
    /// What was found.
    pub finding: AdapterFinding,
    /// Where a copy can go before the file is replaced or removed, if its text is one that no version writes.
    pub backup: Option<UserFile>,
    /// What its edits are of, if it has any; also where only the layout is the user's.
    pub edited: Option<Edited>,
}

/// What the edits of an adapter are of, laid out in lines as it is, with its line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edited {
    /// The nearest text that the blueprint writes, or wrote once.
    pub base: String,
    /// What it writes here today.
    pub today: String,
}

/// What stands where the adapter belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AdapterFinding {
    /// Nothing.
    Missing,
    /// What the blueprint would write.
    Current,
    /// What the blueprint wrote, untouched since, and would not write today.
    Outdated(Drift),
    /// The adapter with edits of the user, perhaps of a text that would not be written today.
    Customised(Option<Drift>),
    /// The adapter of this version, which this `flue` does not know yet.
    Newer(u32),
    /// A file without a marker.
    Unmarked,
    /// The adapter of another blueprint.
    OfAnotherBlueprint(Marker),
    /// The adapter that upstream's guide of the same name has told to write.
    OfUpstream {
        /// The version in its marker, which is not one of ours.
        version: u32,
        /// Why the package cannot use it, if it cannot.
        drift: Option<Drift>,
    },
}

/// Why a text that the blueprint wrote is not what it would write today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drift {
    /// This version wrote it, and there is a newer one.
    Version(u32),
    /// It is for another range of the runtime.
    Runtime,
    /// The names under which the package imports what it needs have changed.
    Context,
}

/// A text that the blueprint writes elsewhere, or wrote once.
#[derive(Debug, Clone)]
pub(crate) struct Pristine {
    /// The text, with `\n` at the end of every line.
    pub text: Cow<'static, str>,
    /// What sets it apart from what would be written here today; none if it serves as well.
    pub drift: Option<Drift>,
    /// Whether its imports are what the user chose, so that they are edits where there are others.
    pub has_chosen_names: bool,
}

/// The names under which a package imports what an adapter uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// That of the runtime.
    pub runtime: String,
    /// Those of what it talks to the provider with.
    pub sdks: Vec<String>,
}

impl Names {
    /// Packages that an untouched adapter may be looked for with: most import two.
    const MOST_IMPORTS: usize = 4;

    /// Those that an adapter of `part` may use which imports `packages`: each order of them that gives no package the name of
    /// another. None where it imports too few.
    fn among(packages: &[&str], part: &Part) -> Vec<Self> {
        let packages = &packages[..packages.len().min(Self::MOST_IMPORTS)];
        let mut orders = vec![Vec::new()];
        for registered in part.packages() {
            // A crate is imported with `_` for `-`.
            let is =
                |name: &str, package: &str| name.replace('-', "_") == package.replace('-', "_");
            let is_of_another =
                |name: &str| !is(name, registered) && part.packages().any(|other| is(name, other));
            let longer = orders.iter().flat_map(|order: &Vec<&str>| {
                let others = packages
                    .iter()
                    .filter(|package| !order.contains(package) && !is_of_another(package));
                others.map(|package| [order.as_slice(), &[*package]].concat())
            });
            orders = longer.collect();
        }
        orders.into_iter().map(Self::from_iter).collect()
    }

    /// `here`, those [`among`](Self::among) `packages`, and the `usual` ones if `packages` do not tell others; each once.
    pub(crate) fn possible(
        here: &Self,
        usual: &[Self],
        packages: &[&str],
        part: &Part,
    ) -> Vec<Self> {
        let among = Self::among(packages, part);
        let is_likely =
            |names: &&Self| among.is_empty() || names.all().all(|name| packages.contains(&name));
        let usual = usual.iter().filter(is_likely);
        let mut all = Vec::new();
        for names in std::iter::once(here).chain(usual).chain(&among) {
            if !all.contains(names) {
                all.push(names.clone());
            }
        }
        all
    }

    /// All of them, in the order of [`Part::packages`].
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let sdks = self.sdks.iter().map(String::as_str);
        std::iter::once(self.runtime.as_str()).chain(sdks)
    }

    /// The runtime and the first of the others, as contexts of templates take them.
    pub(crate) fn as_strs(&self) -> [&str; 2] {
        [&self.runtime, self.sdks.first().map_or("", String::as_str)]
    }
}

impl<S: Into<String>> FromIterator<S> for Names {
    /// The names in the order of [`Part::packages`].
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut names = names.into_iter().map(Into::into);
        Self {
            runtime: names.next().unwrap_or_default(),
            sdks: names.collect(),
        }
    }
}

/// What tells what an adapter is.
pub(crate) struct Evidence<'a> {
    /// The newest version of the blueprint.
    pub blueprint: &'a Blueprint,
    /// What it would write.
    pub today: &'a str,
    /// The texts that upstream's guide has had.
    pub upstream: &'a [UpstreamText],
    /// What else any version writes in packages that import what the adapter imports.
    pub others: &'a dyn Fn() -> Result<Vec<Pristine>, anyhow::Error>,
    /// Whether two texts differ in nothing but what a formatter changes.
    pub is_reformatted: fn(&str, &str) -> bool,
    /// What formatters keep of a text, line by line.
    pub tokenize: Tokenize,
    /// Whether the runtime can use the factory in a text.
    pub fit: &'a dyn Fn(&str) -> Fit,
}

/// Whether the runtime of a package can use the factory in an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It can: the adapter has what it calls.
    Fits,
    /// It cannot, for this reason.
    Misfits(String),
    /// Nothing that is called is in the adapter.
    Untold,
}

impl Fit {
    /// Why the runtime cannot use the factory, if it is there and cannot be used.
    pub(crate) fn misfit(&self) -> Option<&str> {
        match self {
            Self::Misfits(reason) => Some(reason),
            Self::Fits | Self::Untold => None,
        }
    }
}

impl Evidence<'_> {
    /// What `text` is, if there is one, and what its edits are of, if it has any.
    ///
    /// # Errors
    ///
    /// When a template has a mistake.
    pub(crate) fn judge(
        &self,
        text: Option<&str>,
    ) -> anyhow::Result<(AdapterFinding, Option<Edited>)> {
        let Some(text) = text else {
            return Ok((AdapterFinding::Missing, None));
        };
        let plain = comparable(text);
        if let Some(finding) = self.tell(&plain) {
            return Ok((finding, None));
        }
        let others = (self.others)()?;
        let written_today = Written::in_text(self.today);
        let is = |pristine: &&Pristine| {
            plain == pristine.text || (self.is_reformatted)(&plain, &pristine.text)
        };
        if let Some(pristine) = others.iter().find(is) {
            let finding = pristine
                .drift
                .map_or(AdapterFinding::Current, AdapterFinding::Outdated);
            let edited =
                (plain != pristine.text).then(|| self.edited(text, &pristine.text, &written_today));
            return Ok((finding, edited));
        }
        let (base, drift) = self.nearest(&plain, &others, &written_today);
        let edited = self.edited(text, base, &written_today);
        Ok((AdapterFinding::Customised(drift), Some(edited)))
    }

    /// What `text` is, where that does not depend on all that the blueprint ever wrote.
    fn tell(&self, text: &str) -> Option<AdapterFinding> {
        let today = comparable(self.today);
        if text == today {
            return Some(AdapterFinding::Current);
        }
        let Some(found) = Marker::find(text) else {
            return Some(AdapterFinding::Unmarked);
        };
        if !found.is_of(&self.blueprint.kind, &self.blueprint.name) {
            return Some(AdapterFinding::OfAnotherBlueprint(found));
        }
        if self.is_of_upstream(text, found.version) {
            return Some(AdapterFinding::OfUpstream {
                version: found.version,
                drift: (self.fit)(text).misfit().map(|_| Drift::Runtime),
            });
        }
        if found.version > self.blueprint.version {
            return Some(AdapterFinding::Newer(found.version));
        }
        (self.is_reformatted)(text, &today).then_some(AdapterFinding::Current)
    }

    /// The text that the edits in `text` are of, the first of those that are equally near, and why it would not be written
    /// today, where that text has what is `written_today`.
    fn nearest<'p>(
        &'p self,
        text: &str,
        others: &'p [Pristine],
        written_today: &Written,
    ) -> (&'p str, Option<Drift>) {
        let written = Written::in_text(text);
        let others = others.iter().filter(|other| !other.has_chosen_names);
        let others =
            others.map(|other| (written.unlikeness(&Written::in_text(&other.text)), other));
        let nearest = others.min_by_key(|(unlikeness, _)| *unlikeness);
        let nearest = nearest.filter(|(nearest, _)| *nearest < written.unlikeness(written_today));
        let (base, drift) = match nearest {
            Some((_, pristine)) => (&*pristine.text, pristine.drift),
            None => (self.today, None),
        };
        let version = Marker::find(text).map_or(self.blueprint.version, |marker| marker.version);
        let drift = match (self.fit)(text) {
            Fit::Misfits(_) => Some(Drift::Runtime),
            _ if version < self.blueprint.version => Some(Drift::Version(version)),
            // For the runtime it has been brought up to date by hand, unless its base fits as well by what can be told.
            Fit::Fits if (self.fit)(base) != Fit::Fits => {
                drift.filter(|drift| *drift == Drift::Context)
            }
            Fit::Fits | Fit::Untold => drift,
        };
        (base, drift)
    }

    /// That the edits in `text` are of `base`, where today's text has what is `written_today`.
    fn edited(&self, text: &str, base: &str, written_today: &Written) -> Edited {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let [base, today] = [base, self.today].map(|it| LineEnding::of(text).apply(it));
        if is_laid_out_as(text, &base, written_today) {
            return Edited { base, today };
        }
        let layout = Layout::of(text, self.tokenize);
        let laid_out = |pristine: &str| Layout::of(pristine, self.tokenize).laid_out_as(&layout);
        Edited {
            base: laid_out(&base),
            today: laid_out(&today),
        }
    }

    /// Whether upstream's guide has told to write `text`, or something with edits whose `version` only upstream has.
    fn is_of_upstream(&self, text: &str, version: u32) -> bool {
        let hash = sha256(text.trim_end().as_bytes());
        self.upstream.iter().any(|known| {
            let is_of_upstream_only = version > self.blueprint.version && version == known.version;
            is_of_upstream_only || known.sha256 == hash
        })
    }
}

impl Adapter {
    /// What was `found` in the `file` of the package at `root`.
    pub(crate) fn new(
        pristine: String,
        finding: AdapterFinding,
        edited: Option<Edited>,
        file: &UserFile,
        root: &Path,
    ) -> Self {
        let backup = (!finding.is_pristine()).then(|| file.spare(root));
        Self {
            pristine,
            finding,
            backup,
            edited,
        }
    }
}

impl AdapterFinding {
    /// Whether some version writes the text, or there is none.
    pub(crate) fn is_pristine(&self) -> bool {
        matches!(self, Self::Missing | Self::Current | Self::Outdated(_))
    }

    /// Whether it is of the newest version and fits the package, with or without edits.
    pub(crate) fn is_in_sync(&self) -> bool {
        matches!(
            self,
            Self::Current | Self::Customised(None) | Self::OfUpstream { drift: None, .. }
        )
    }

    /// The stable name of what was found.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Current => "current",
            Self::Outdated(_) => "outdated",
            Self::Customised(_) => "customised",
            Self::Newer(_) => "newer",
            Self::Unmarked => "unmarked",
            Self::OfAnotherBlueprint(_) => "of-another-blueprint",
            Self::OfUpstream { .. } => "of-upstream",
        }
    }

    /// Why a text of the blueprint is not what it would write today.
    pub(crate) fn drift(&self) -> Option<Drift> {
        match self {
            Self::Outdated(drift) => Some(*drift),
            Self::Customised(drift) | Self::OfUpstream { drift, .. } => *drift,
            _ => None,
        }
    }

    /// The version that wrote it, where that is not the newest.
    pub(crate) fn other_version(&self) -> Option<u32> {
        match (self, self.drift()) {
            (Self::Newer(version), _) => Some(*version),
            (_, Some(Drift::Version(version))) => Some(version),
            _ => None,
        }
    }

    /// What it is, for those who ask.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "the adapter is missing",
            Self::Current => "the adapter is as the blueprint writes it",
            Self::Outdated(_) => {
                "the adapter is untouched, and the blueprint writes another one today"
            }
            Self::Customised(_) => "the adapter differs from what the blueprint writes",
            Self::Newer(_) => "a newer version of the blueprint wrote the adapter",
            Self::Unmarked => "the file is not from a blueprint",
            Self::OfAnotherBlueprint(_) => "another blueprint wrote the file",
            Self::OfUpstream { .. } => "the adapter is from upstream's guide",
        }
    }

    /// What the user should know about the adapter at `path` while it stays. `misfit` tells why the runtime cannot use its
    /// factory.
    pub(crate) fn problem(
        &self,
        path: &RelPath,
        blueprint: &Blueprint,
        misfit: Option<&str>,
    ) -> Option<Problem> {
        let known = blueprint.version;
        let (kind, name) = (&blueprint.kind, &blueprint.name);
        let command = match blueprint.own() {
            Some(own) => own.command("update", kind, name),
            None => format!("flue update {kind} {name}"),
        };
        let replace = match blueprint.own() {
            Some(own) => format!("{} --overwrite", own.command("add", kind, name)),
            None => format!("flue add {kind} {name} --overwrite"),
        };
        let (code, message, help) = match self {
            Self::Missing | Self::Current | Self::Customised(None) => return None,
            Self::Outdated(drift) => (
                drift.code(),
                format!("`{path}` is outdated: {}", drift.reason(known, misfit)),
                format!("`{command}` brings it up to date; nobody has edited it"),
            ),
            Self::Customised(Some(drift)) => (
                drift.code(),
                format!(
                    "`{path}` has edits, and is outdated: {}",
                    drift.reason(known, misfit)
                ),
                format!("`{command}` brings it up to date and keeps the edits"),
            ),
            Self::Newer(version) => (
                Code::AdapterNewer,
                format!(
                    "`{path}` was written by version {version} of the blueprint; this `flue` knows version {known}"
                ),
                format!("update `flue`, or replace the file with `{replace}`"),
            ),
            Self::Unmarked => (
                Code::AdapterUnmarked,
                format!("`{path}` exists and is not from a blueprint"),
                format!("move the file away, or replace it with `{replace}`"),
            ),
            Self::OfAnotherBlueprint(Marker { kind, name, .. }) => (
                Code::AdapterOfAnotherBlueprint,
                format!("`{path}` belongs to the blueprint `{kind}/{name}`"),
                format!("move the file away, or replace it with `{replace}`"),
            ),
            Self::OfUpstream { version, drift } => {
                let (kind, name) = (&blueprint.kind, &blueprint.name);
                let drift = drift.map(|drift| drift.reason(known, misfit));
                let but = drift.map_or(String::new(), |reason| format!(", and {reason}"));
                (
                    Code::AdapterUpstream,
                    format!(
                        "`{path}` is from upstream's guide, `{kind}/{name}@{version}` there{but}"
                    ),
                    format!(
                        "it is kept; `{command} --overwrite` replaces it with the adapter of this command"
                    ),
                )
            }
        };
        Some(
            Problem::new(code, message)
                .in_file(path.as_str())
                .help(help),
        )
    }
}

impl Drift {
    fn code(self) -> Code {
        match self {
            Self::Runtime => Code::AdapterContract,
            Self::Version(_) | Self::Context => Code::AdapterOutdated,
        }
    }

    /// The stable name of what it is.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Version(_) => "version",
            Self::Runtime => "runtime",
            Self::Context => "context",
        }
    }

    fn reason(self, known: u32, misfit: Option<&str>) -> String {
        match (self, misfit) {
            (Self::Version(version), _) => {
                format!("version {version} of the blueprint wrote it, and version {known} is there")
            }
            (Self::Runtime, Some(misfit)) => misfit.to_owned(),
            (Self::Runtime, None) => "it is for another range of the runtime".to_owned(),
            (Self::Context, _) => {
                "it is for other names of the packages that it imports".to_owned()
            }
        }
    }
}

/// Whether `text` is plainly laid out as `base` and `today` are, which is quickly told: whole lines are its own or are gone, and none of
/// its own is one of today's, perhaps in another layout.
fn is_laid_out_as(text: &str, base: &str, today: &Written) -> bool {
    let [old, new] = [base, text].map(|it| it.split_inclusive('\n').collect::<Vec<_>>());
    let mut own = String::new();
    for Change {
        old: gone,
        new: come,
    } in changes(base, text)
    {
        let lines = [&old[gone], &new[come]].map(<[&str]>::concat);
        match &lines {
            [gone, come] if gone.is_empty() && !come.trim().is_empty() => own += come,
            [gone, come] if come.is_empty() && !gone.trim().is_empty() => {}
            _ => return false,
        }
    }
    !Written::in_text(&own).shares_a_line_with(today)
}

/// A text without what editors change on their own: line ends and a byte order mark.
pub(crate) fn comparable(text: &str) -> Cow<'_, str> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::catalogue::Catalogue;
    use crate::text::layout::Token;

    const TODAY: &str = "// flue-blueprint: sandbox/daytona@3\nuse daytona;\n";
    const SECOND: &str = "// flue-blueprint: sandbox/daytona@2\nuse daytona;\n";
    const OTHER_RUNTIME: &str = "// flue-blueprint: sandbox/daytona@3\nuse old;\nfn older() {}\n";

    const UPSTREAM: &str = "// flue-blueprint: sandbox/daytona@1\nuse upstream;\n";
    const UPSTREAM_SHA256: &str =
        "e80ad72b0a18680846003e8af89ec8acf7855d97bb691877e55a99b18dda9786";

    fn words(text: &str) -> Vec<Token<'_>> {
        let mut start = 0;
        let words = text.split_inclusive([' ', '\n']).map(|word| {
            let at = start;
            start += word.len();
            Token {
                text: word.trim().into(),
                start: at,
            }
        });
        words.collect()
    }

    /// Checks what `text` is for version 3, which has a predecessor and another variant.
    fn check(text: &str, expect: &str) {
        let blueprint = Blueprint {
            version: 3,
            ..Blueprint::clone(&Catalogue::built_in().find("sandbox", "daytona").unwrap())
        };
        let pristine = |text, drift| Pristine {
            text: Cow::Borrowed(text),
            drift: Some(drift),
            has_chosen_names: false,
        };
        let evidence = Evidence {
            blueprint: &blueprint,
            today: TODAY,
            upstream: &[UpstreamText {
                version: 5,
                sha256: UPSTREAM_SHA256.to_owned(),
            }],
            others: &|| {
                Ok(vec![
                    pristine(SECOND, Drift::Version(2)),
                    pristine(OTHER_RUNTIME, Drift::Runtime),
                ])
            },
            is_reformatted: |one, other| one.replace(' ', "") == other.replace(' ', ""),
            tokenize: words,
            fit: &|text| match (text.contains("use old"), text.contains("use daytona")) {
                (true, _) => Fit::Misfits("it is old".to_owned()),
                (false, true) => Fit::Fits,
                (false, false) => Fit::Untold,
            },
        };
        let (finding, edited) = evidence
            .judge(Some(text).filter(|text| !text.is_empty()))
            .unwrap();
        let path = RelPath::new("src/sandboxes/daytona.rs").unwrap();
        let code = finding
            .problem(&path, &blueprint, None)
            .map(|problem| problem.code);
        let code = code.map_or("no problem", Code::as_str);
        let drift = finding.drift().map_or("", Drift::name);
        let sync = if finding.is_in_sync() {
            "in sync"
        } else {
            "not in sync"
        };
        let name = finding.name();
        let is_merged = edited.is_some_and(|edited| edited.today == TODAY);
        assert!(is_merged || name != "customised", "{text:?}");
        assert_eq!(
            format!("{name} {drift}: {code}, {sync}"),
            expect,
            "{text:?}"
        );
    }

    #[test]
    fn the_text_that_is_there_decides() {
        check("", "missing : no problem, not in sync");
        check(TODAY, "current : no problem, in sync");
        check(
            &TODAY.replace('\n', "\r\n"),
            "current : no problem, in sync",
        );
        check(&format!("\u{feff}{TODAY}"), "current : no problem, in sync");
        check(
            &TODAY.replace("use ", "use  "),
            "current : no problem, in sync",
        );
        check(
            &format!("{TODAY}// mine\n"),
            "customised : no problem, in sync",
        );
        check(
            &TODAY.replace("@3", "@4"),
            "newer : adapter-newer, not in sync",
        );
        let foreign = "of-another-blueprint : adapter-of-another-blueprint, not in sync";
        check(&TODAY.replace("daytona@", "e2b@"), foreign);
        check("use daytona;\n", "unmarked : adapter-unmarked, not in sync");
    }

    #[test]
    fn what_upstream_wrote_is_told_by_its_text_or_its_version() {
        let kept = "of-upstream : adapter-upstream, in sync";
        check(UPSTREAM, kept);
        check(UPSTREAM.trim_end(), kept);
        check(&UPSTREAM.replace('\n', "\r\n"), kept);
        let edited = UPSTREAM.replace("upstream", "old");
        check(&edited, "customised runtime: adapter-contract, not in sync");
        check(
            &edited.replace("@1", "@5"),
            "of-upstream runtime: adapter-upstream, not in sync",
        );
    }

    #[test]
    fn an_untouched_text_is_told_from_an_edited_one() {
        check(SECOND, "outdated version: adapter-outdated, not in sync");
        check(
            &SECOND.replace('\n', "\r\n"),
            "outdated version: adapter-outdated, not in sync",
        );
        check(
            &SECOND.replace("use ", "use  "),
            "outdated version: adapter-outdated, not in sync",
        );
        let edited = format!("{SECOND}// mine\n");
        check(&edited, "customised version: adapter-outdated, not in sync");
        check(
            OTHER_RUNTIME,
            "outdated runtime: adapter-contract, not in sync",
        );
        let edited = format!("{OTHER_RUNTIME}// mine\n");
        check(&edited, "customised runtime: adapter-contract, not in sync");
    }

    #[test]
    fn lines_of_the_users_own_and_lines_that_are_gone_are_no_layout() {
        const BASE: &str = "a;\nb;\n";
        let today = Written::in_text("a;\nb;\nnew(1);\n");
        let is_plain = |text| is_laid_out_as(text, BASE, &today);
        assert!(is_plain("a;\nmine;\nb;\n") && is_plain("b;\n") && is_plain(BASE));
        assert!(!is_plain("a ;\nb;\n"), "a line in another layout");
        assert!(!is_plain("a;\n\nb;\n"), "a blank line");
        assert!(!is_plain("a;\nb;\nnew( 1 );\n"), "taken over by hand");
    }

    #[test]
    fn without_a_factory_the_nearest_text_tells_the_runtime() {
        let edited = OTHER_RUNTIME.replace("use old;\n", "");
        check(&edited, "customised runtime: adapter-contract, not in sync");
        let by_hand = OTHER_RUNTIME.replace("use old;", "use daytona;");
        check(&by_hand, "customised : no problem, in sync");
    }
}
