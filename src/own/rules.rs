//! What a blueprint of one's own may say: names that mean one thing, packages of the registry, and files that run only where
//! code of the project calls them.
//!
//! Values in, problems out.

use semver::{Version, VersionReq};

use super::directory::invalid;
use crate::blueprint::{Blueprint, Ecosystem, Part, Sdk, Variant};
use crate::error::{Code, Problem};
use crate::npm::range::VersionRange;
use crate::printable::is_printable;

/// The longest name of a kind, a blueprint or a package.
const LONGEST_NAME: usize = 100;

/// How many of each thing a blueprint may have.
pub(super) const MOST: usize = 20;

/// The longest sentence.
const LONGEST_SENTENCE: usize = 500;

/// Directories whose files are run by tools, or belong to them.
const DIRECTORIES_OF_TOOLS: [&str; 10] = [
    "benches",
    "bin",
    "build",
    "dist",
    "examples",
    "node_modules",
    "scripts",
    "target",
    "test",
    "tests",
];

/// Files, without their extensions, that run without a call: entry points and scripts of builds.
const ENTRY_POINTS: [&str; 8] = [
    "app", "build", "index", "lib", "main", "mod", "server", "worker",
];

/// Why `path` is nothing that a blueprint may write in a package of `ecosystem`, if it is not.
pub(super) fn target(path: &str, ecosystem: Ecosystem) -> Result<(), Problem> {
    let extension = match ecosystem {
        Ecosystem::Cargo => ".rs",
        Ecosystem::Npm => ".ts",
    };
    let refused = |why: &str| {
        let problem = Problem::new(Code::BlueprintTarget, format!("`{path}` {why}"));
        problem.help(format!(
            "name a file of the source root, such as `sandboxes/example{extension}`"
        ))
    };
    let Some(file) = path.strip_suffix(extension) else {
        return Err(refused(&format!("does not end in `{extension}`")));
    };
    let parts = file.split('/').collect::<Vec<_>>();
    let is_plain = |part: &&str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        !part.is_empty() && part.chars().all(is_plain)
    };
    if !parts.iter().all(is_plain) || path.len() > LONGEST_NAME {
        return Err(refused(
            "is not a path of plain names: lower-case letters, digits, `-` and `_`, with `/` between",
        ));
    }
    let is_module =
        |part: &&str| part.starts_with(|c: char| c.is_ascii_lowercase()) && !part.contains('-');
    if ecosystem == Ecosystem::Cargo && !parts.iter().all(is_module) {
        return Err(refused(
            "is no path of modules: each starts with a letter and has no `-`",
        ));
    }
    let (stem, directories) = parts
        .split_last()
        .map_or(("", &[][..]), |(it, rest)| (*it, rest));
    let of_tools = |part: &&str| DIRECTORIES_OF_TOOLS.contains(part);
    if directories.iter().any(of_tools) || ENTRY_POINTS.contains(&stem) {
        return Err(refused(
            "may run without being called: it is an entry point, or belongs to a tool",
        ));
    }
    Ok(())
}

/// Whether `name` can be that of a kind or of a blueprint.
pub(super) fn is_slug(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(is_plain)
        && !name.starts_with('-')
}

/// Whether `name` can be that of a package in the registry of `ecosystem`.
pub(super) fn is_package(name: &str, ecosystem: Ecosystem) -> bool {
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        !part.is_empty() && part.chars().all(is_plain) && !part.starts_with(['.', '-', '_'])
    };
    let name_fits = match (ecosystem, name.strip_prefix('@')) {
        (Ecosystem::Npm, Some(scoped)) => {
            scoped.split('/').count() == 2 && scoped.split('/').all(is_part)
        }
        (Ecosystem::Npm, None) => is_part(name),
        (Ecosystem::Cargo, _) => is_part(name) && !name.contains(['.', '~']),
    };
    name_fits && name.len() <= LONGEST_NAME
}

/// Whether `requirement` is a range of versions in the registry of `ecosystem`, and nothing else that a manifest takes.
pub(super) fn is_requirement(requirement: &str, ecosystem: Ecosystem) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " .^~<>=*-+|,".contains(c);
    let parses = match ecosystem {
        Ecosystem::Cargo => VersionReq::parse(requirement).is_ok(),
        Ecosystem::Npm => VersionRange::parse(requirement).is_some(),
    };
    let starts_range = |c: char| c.is_ascii_digit() || "^~<>=*".contains(c);
    parses && requirement.chars().all(is_plain) && requirement.starts_with(starts_range)
}

/// All that is wrong with what `blueprint` says, each with what it is about.
pub(super) fn mistakes(blueprint: &Blueprint) -> Vec<(String, Problem)> {
    let mut mistakes = Mistakes::default();
    for (name, what) in [(&blueprint.kind, "kind"), (&blueprint.name, "name")] {
        mistakes.require(is_slug(name), name, || {
            format!("`{name}` is no {what}: it has lower-case letters, digits and `-`")
        });
    }
    mistakes.require(blueprint.version > 0, "version", || {
        "versions are counted from 1".to_owned()
    });
    let variables = &blueprint.environment;
    let sentences = [&blueprint.summary, &blueprint.website, &blueprint.hand_over];
    let sentences = sentences.into_iter().chain(&blueprint.aliases);
    let sentences = sentences.chain(variables.iter().map(|variable| &variable.purpose));
    for sentence in sentences {
        let is_shown = sentence.chars().all(is_printable) && sentence.len() <= LONGEST_SENTENCE;
        mistakes.require(is_shown, sentence, || {
            format!("a text is of one line, of {LONGEST_SENTENCE} bytes at most")
        });
    }
    for variable in variables {
        let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let name = &variable.name;
        let is_variable = !name.is_empty() && name.chars().all(is_plain);
        mistakes.require(is_variable, name, || {
            format!("`{name}` is no variable: it has upper-case letters, digits and `_`")
        });
    }
    mistakes.require(!blueprint.parts.is_empty(), "ecosystem", || {
        "the blueprint has nothing for any ecosystem".to_owned()
    });
    let most = variables.len().max(blueprint.aliases.len());
    mistakes.require(most <= MOST, "name", || too_many("variables or aliases"));
    for (&ecosystem, part) in &blueprint.parts {
        mistakes.of_part(ecosystem, part);
    }
    mistakes.0
}

fn too_many(things: &str) -> String {
    format!("there are more {things} than {MOST}")
}

#[derive(Default)]
struct Mistakes(Vec<(String, Problem)>);

impl Mistakes {
    fn require(&mut self, is_right: bool, about: &str, message: impl Fn() -> String) {
        if !is_right {
            self.0.push((about.to_owned(), invalid(message())));
        }
    }

    fn of_part(&mut self, ecosystem: Ecosystem, part: &Part) {
        if let Err(problem) = target(&part.adapter, ecosystem) {
            self.0.push((part.adapter.clone(), problem));
        }
        let runtime = (&part.runtime.package, &part.runtime.requirement);
        let sdks = part.sdks.iter();
        let sdks = sdks.map(
            |Sdk {
                 package,
                 requirement,
                 ..
             }| (package, requirement),
        );
        for (package, requirement) in sdks.chain([runtime]) {
            self.require(is_package(package, ecosystem), package, || {
                format!("`{package}` is no name of a package")
            });
            self.require(is_requirement(requirement, ecosystem), requirement, || {
                format!("`{requirement}` is no range of versions")
            });
        }
        if ecosystem == Ecosystem::Cargo {
            // Cargo has them for tests and examples only, and what a blueprint writes is neither.
            self.require(
                part.sdks.iter().all(|sdk| !sdk.development),
                "development",
                || "an adapter in Rust cannot use a dependency for development".to_owned(),
            );
        }
        for name in part.sdks.iter().flat_map(|sdk| &sdk.also) {
            self.require(is_package(name, ecosystem), name, || {
                format!("`{name}` is no name of a package")
            });
        }
        let names = part
            .sdks
            .iter()
            .map(|sdk| 1 + sdk.also.len())
            .sum::<usize>();
        self.require(names <= MOST, "sdk", || too_many("packages"));
        self.require(part.variants.len() <= MOST, "variant", || {
            too_many("variants")
        });
        let docs = &part.module_docs;
        self.require(docs.chars().all(is_printable), docs, || {
            "the docs of a module are of one line".to_owned()
        });
        let has_variants = match ecosystem {
            Ecosystem::Cargo => part.variants.len() == 1,
            Ecosystem::Npm => !part.variants.is_empty(),
        };
        self.require(has_variants, "ecosystem", || {
            "the part needs a `variant`, and one for cargo has just one".to_owned()
        });
        for variant in &part.variants {
            self.of_variant(variant);
        }
        let since = part.variants.iter().map(|variant| variant.since.as_deref());
        let since = since.map(|since| since.and_then(|since| Version::parse(since).ok()));
        self.require(since.is_sorted(), "variant", || {
            "the variants are not in the order of `since`, the oldest first".to_owned()
        });
    }

    fn of_variant(&mut self, variant: &Variant) {
        for version in [&variant.since, &variant.reaching].into_iter().flatten() {
            self.require(Version::parse(version).is_ok(), version, || {
                format!("`{version}` is no version")
            });
        }
        if let Some(factory) = &variant.factory {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let is_word = !factory.is_empty() && factory.chars().all(is_plain);
            self.require(is_word, factory, || {
                format!("`{factory}` is no name of a method")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_code_that_is_called() {
        for path in [
            "sandboxes/e2b.ts",
            "db.ts",
            "channels/google-chat.ts",
            "evals/harness.ts",
        ] {
            target(path, Ecosystem::Npm).unwrap();
        }
        target("sandboxes/my_box.rs", Ecosystem::Cargo).unwrap();
        let refused = [
            "",
            ".ts",
            "/etc/x.ts",
            "../x.ts",
            "a/../../x.ts",
            "a//x.ts",
            "./x.ts",
            "a\\..\\x.ts",
            ".git/hooks/x.ts",
            ".github/workflows/x.ts",
            ".vscode/tasks.ts",
            ".cargo/x.ts",
            "x.json",
            "package.json",
            "C:/x.ts",
            "sandboxes/x.config.ts",
            "vite.config.ts",
            "sandboxes/x.test.ts",
            "tests/x.ts",
            "node_modules/x/y.ts",
            "app.ts",
            "index.ts",
            "sandboxes/x.ts ",
            "sandboxes/x\u{202e}.ts",
            "Sandboxes/X.ts",
            "bin/x.ts",
            "x.rs",
        ];
        for path in refused {
            target(path, Ecosystem::Npm).unwrap_err();
        }
        for path in [
            "build.rs",
            "src/build.rs",
            "main.rs",
            "tests/x.rs",
            "bin/x.rs",
            "sandboxes/3d.rs",
            "sandboxes/my-box.rs",
            "x.toml",
            ".cargo/config.toml",
        ] {
            target(path, Ecosystem::Cargo).unwrap_err();
        }
    }

    #[test]
    fn a_requirement_is_of_the_registry() {
        for range in ["^1.2.3", ">=0.187.0 <1", "1", "^8.0.0-rc.1", "3.17.0"] {
            assert!(is_requirement(range, Ecosystem::Npm), "{range}");
        }
        let elsewhere = [
            "",
            " ",
            "file:../x",
            "git+https://x/y",
            "https://x/y.tgz",
            "npm:other@1",
            "x/y",
            "link:x",
            "latest",
            "1\n2",
            "\"",
        ];
        for range in elsewhere {
            assert!(!is_requirement(range, Ecosystem::Npm), "{range}");
            assert!(!is_requirement(range, Ecosystem::Cargo), "{range}");
        }
        assert!(is_requirement(">=0.17, <0.19", Ecosystem::Cargo));
    }

    #[test]
    fn a_package_has_a_name_of_its_registry() {
        for name in ["e2b", "@flue/slack", "lossless-json", "socket.io"] {
            assert!(is_package(name, Ecosystem::Npm), "{name}");
        }
        for name in [
            "", "@flue", "a/b", "../a", "@a/b/c", "@/b", "<sdk>", "a b", "-D", ".hidden",
        ] {
            assert!(!is_package(name, Ecosystem::Npm), "{name}");
        }
        assert!(!is_package("@a/b", Ecosystem::Cargo));
        assert!(is_package("daytona-sdk", Ecosystem::Cargo));
    }
}
