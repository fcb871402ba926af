//! Which of the runtime's sandbox contracts a project has.
//!
//! `@flue/runtime` has had two that this blueprint serves: until 2.0.1 a factory has `createSessionEnv`, from 2.0.2 on
//! `createSandbox`. Text in, values out.

use semver::Version;

use super::range::VersionRange;
use super::typescript;
use crate::error::Problem;

/// The package that declares the contract.
pub const RUNTIME: &str = "@flue/runtime";

/// What an adapter implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contract {
    /// `SandboxApi`, `createSandboxSessionEnv` and a factory with `createSessionEnv`: 1.0.0-beta to 2.0.1.
    One,
    /// `SandboxDriver`, `sandboxFromDriver` and a factory with `createSandbox`: 2.0.2 and later.
    Two,
}

impl Contract {
    const NEWEST: Self = Self::Two;

    /// The contract of `version`; none for the 0.x versions, whose contract was another one.
    fn of(version: &Version) -> Option<Self> {
        if version.major == 0 {
            return None;
        }
        Some(if *version < Version::new(2, 0, 2) {
            Self::One
        } else {
            Self::Two
        })
    }

    /// The method that the factory of an adapter has to have.
    pub fn factory_method(self) -> &'static str {
        match self {
            Self::One => "createSessionEnv",
            Self::Two => "createSandbox",
        }
    }

    /// The contracts that the text of an adapter was written for: both for one whose factory has both methods, none
    /// where nothing tells.
    pub fn served_by(adapter: &str) -> Vec<Self> {
        let code = typescript::code(adapter);
        [Self::One, Self::Two]
            .into_iter()
            .filter(|contract| has_word(&code, contract.factory_method()))
            .collect()
    }
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .any(|found| found == word)
}

/// What a project tells about its runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence<'a> {
    /// The `version` in `node_modules/@flue/runtime/package.json`.
    pub installed: Option<&'a str>,
    /// The version that the lock file holds.
    pub locked: Option<&'a Version>,
    /// The range in `package.json`, after a look into the catalogs.
    pub declared: Option<&'a str>,
}

/// How agents are written for a version of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentForm {
    /// `defineAgent`, until 2.0.0.
    Definition,
    /// A function in a module that starts with `'use agent'`, which calls hooks such as `useSandbox`: 2.0.0 and later.
    Hooks,
}

/// A contract, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractChoice {
    /// The contract to write for.
    pub contract: Contract,
    /// What it was found by.
    pub basis: Basis,
}

/// What a contract was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The installed version.
    Installed(Version),
    /// The version in the lock file.
    Locked(Version),
    /// The highest version that the declared range admits.
    Declared(Version),
    /// Nothing: the newest was taken, whatever is declared.
    Assumed {
        /// The range as declared, if the runtime is declared at all.
        declared: Option<String>,
    },
}

impl ContractChoice {
    /// Chooses by what is installed, else by what is locked, else by what is declared, else the newest.
    ///
    /// # Errors
    ///
    /// When the runtime is older than the first version with a contract that this blueprint serves.
    pub fn from_evidence(evidence: &Evidence<'_>) -> Result<Self, Problem> {
        let installed = evidence
            .installed
            .and_then(|version| Version::parse(version.trim()).ok());
        let found = installed
            .filter(tells)
            .map(Basis::Installed)
            .or_else(|| evidence.locked.cloned().filter(tells).map(Basis::Locked))
            .or_else(|| {
                evidence
                    .declared
                    .and_then(highest_declared)
                    .map(Basis::Declared)
            });
        let basis = found.unwrap_or_else(|| Basis::Assumed {
            declared: evidence.declared.map(str::to_owned),
        });
        let contract = match &basis {
            Basis::Installed(version) | Basis::Locked(version) | Basis::Declared(version) => {
                Contract::of(version).ok_or_else(|| too_old(version))?
            }
            Basis::Assumed { .. } => Contract::NEWEST,
        };
        Ok(Self { contract, basis })
    }

    /// How agents are written for the version that the contract was found by.
    pub fn agent_form(&self) -> AgentForm {
        match &self.basis {
            Basis::Installed(version) | Basis::Locked(version) | Basis::Declared(version)
                if version.major < 2 =>
            {
                AgentForm::Definition
            }
            _ => AgentForm::Hooks,
        }
    }

    /// What to tell the user about a runtime that is declared in a way that does not tell its version.
    pub fn warning(&self) -> Option<String> {
        let Basis::Assumed {
            declared: Some(range),
        } = &self.basis
        else {
            return None;
        };
        Some(format!(
            "`{range}` does not tell the version of `{RUNTIME}`; the adapter is written for 2.0.2 and later"
        ))
    }
}

/// Unpublished packages of a workspace often say `0.0.0`, which tells nothing.
fn tells(version: &Version) -> bool {
    (version.major, version.minor, version.patch) != (0, 0, 0)
}

/// The highest published version that `range` admits, else the highest of the versions that the range is made of.
fn highest_declared(range: &str) -> Option<Version> {
    VersionRange::in_declaration(range)?.highest(&published())
}

/// The releases around which the contract changed, and the newest one known.
fn published() -> Vec<Version> {
    const RELEASES: [&str; 12] = [
        "0.8.1",
        "0.10.2",
        "0.11.1",
        "1.0.0-beta.5",
        "1.0.0-beta.7",
        "1.0.0-beta.8",
        "1.0.0-beta.9",
        "2.0.0",
        "2.0.1",
        "2.0.3",
        "2.0.8",
        "2.1.0",
    ];
    RELEASES
        .iter()
        .filter_map(|release| Version::parse(release).ok())
        .collect()
}

fn too_old(version: &Version) -> Problem {
    Problem::new(
        "runtime-too-old",
        format!("`{RUNTIME}` {version} is too old: the adapter takes 1.0.0-beta.5 or later"),
    )
    .help(format!(
        "upgrade `{RUNTIME}` to 2.1.0 or later, then run the command again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(evidence: Evidence<'_>) -> Result<ContractChoice, Problem> {
        ContractChoice::from_evidence(&evidence)
    }

    fn check_declared(range: &str, expect: Contract) {
        let choice = choose(Evidence {
            declared: Some(range),
            ..Evidence::default()
        })
        .unwrap();
        assert!(
            matches!(choice.basis, Basis::Declared(_)),
            "{range}: {choice:?}"
        );
        assert_eq!(
            (choice.contract, choice.warning()),
            (expect, None),
            "{range}"
        );
    }

    #[test]
    fn the_declared_range_decides_by_what_it_would_install() {
        for range in [
            "^2.0.0",
            "~2.0.0",
            "2.x",
            "latest",
            "*",
            ">=1.0.0-beta.5",
            "2",
            "^2.1.0",
            "^3.0.0",
            ">2.1.0",
        ] {
            check_declared(range, Contract::Two);
        }
        for range in [
            "2.0.0",
            "2.0.1",
            "^1.0.0-beta.5",
            "1.0.0-beta.9",
            "^1.0.0",
            ">=2.0.0 <2.0.2",
            "1.x || 2.0.1",
        ] {
            check_declared(range, Contract::One);
        }
        check_declared("npm:@flue/runtime@^2.0.0", Contract::Two);
        check_declared("npm:@flue/runtime@2.0.1", Contract::One);
        check_declared("npm:@flue/runtime", Contract::Two);
        check_declared("workspace:^2.0.1", Contract::Two);
        check_declared("workspace:2.0.1", Contract::One);
    }

    #[test]
    fn installed_wins_over_locked_and_locked_over_declared() {
        let locked = Version::new(2, 1, 0);
        let all = Evidence {
            installed: Some("2.0.1"),
            locked: Some(&locked),
            declared: Some("^1.0.0-beta.5"),
        };
        let choice = choose(all).unwrap();
        assert_eq!(
            (choice.contract, choice.basis),
            (Contract::One, Basis::Installed(Version::new(2, 0, 1)))
        );
        let choice = choose(Evidence {
            installed: None,
            ..all
        })
        .unwrap();
        assert_eq!(
            (choice.contract, choice.basis),
            (Contract::Two, Basis::Locked(locked))
        );
    }

    #[test]
    fn the_border_is_2_0_2() {
        for (version, expect) in [
            ("1.0.0-beta.5", Contract::One),
            ("2.0.1", Contract::One),
            ("2.0.2", Contract::Two),
            ("2.1.0", Contract::Two),
            ("3.0.0-beta.1", Contract::Two),
        ] {
            let choice = choose(Evidence {
                installed: Some(version),
                ..Evidence::default()
            })
            .unwrap();
            assert_eq!(choice.contract, expect, "{version}");
        }
    }

    #[test]
    fn agents_have_hooks_from_2_0_0_on() {
        for (installed, expect) in [
            (Some("1.0.0-beta.9"), AgentForm::Definition),
            (Some("2.0.0"), AgentForm::Hooks),
            (Some("2.1.0"), AgentForm::Hooks),
            (None, AgentForm::Hooks),
        ] {
            let choice = choose(Evidence {
                installed,
                ..Evidence::default()
            })
            .unwrap();
            assert_eq!(choice.agent_form(), expect, "{installed:?}");
        }
    }

    #[test]
    fn what_tells_nothing_is_passed_over() {
        let evidence = Evidence {
            installed: Some("0.0.0"),
            locked: None,
            declared: Some("2.0.1"),
        };
        assert_eq!(
            choose(evidence).unwrap().basis,
            Basis::Declared(Version::new(2, 0, 1))
        );
        let evidence = Evidence {
            installed: Some("soon"),
            ..evidence
        };
        assert_eq!(choose(evidence).unwrap().contract, Contract::One);
    }

    #[test]
    fn an_unknown_version_gets_the_newest_and_a_warning() {
        for range in [
            "workspace:*",
            "file:../runtime",
            "github:withastro/flue",
            "next",
            "catalog:",
            "workspace:^",
        ] {
            let choice = choose(Evidence {
                declared: Some(range),
                ..Evidence::default()
            })
            .unwrap();
            assert_eq!(choice.contract, Contract::Two, "{range}");
            let warning = choice.warning().unwrap();
            assert!(
                warning.starts_with(&format!("`{range}` does not tell the version")),
                "{warning}"
            );
        }
        let nothing = choose(Evidence::default()).unwrap();
        assert_eq!((nothing.contract, nothing.warning()), (Contract::Two, None));
    }

    #[test]
    fn the_first_runtimes_are_too_old() {
        for evidence in [
            Evidence {
                installed: Some("0.11.1"),
                ..Evidence::default()
            },
            Evidence {
                declared: Some("^0.11.1"),
                ..Evidence::default()
            },
        ] {
            let problem = choose(evidence).unwrap_err();
            assert_eq!(problem.code, "runtime-too-old");
            assert_eq!(
                problem.message,
                "`@flue/runtime` 0.11.1 is too old: the adapter takes 1.0.0-beta.5 or later"
            );
            assert!(problem.help.is_some());
        }
    }

    #[test]
    fn an_adapter_tells_its_contract() {
        let check = |adapter, expect: &[Contract]| {
            assert_eq!(Contract::served_by(adapter), expect, "{adapter}")
        };
        check(
            "return {\n  async createSessionEnv() {} };",
            &[Contract::One],
        );
        check("return {\n  async createSandbox() {} };", &[Contract::Two]);
        check(
            "const f = { createSandbox: make, createSessionEnv: make };",
            &[Contract::One, Contract::Two],
        );
        check(
            "// createSessionEnv\nimport { createSandboxSessionEnv } from 'x';\ncreateSandbox();",
            &[Contract::Two],
        );
        check("/* createSandbox */ 'createSandbox'", &[]);
    }
}
