//! What of Flue a package depends on, which tells whether it is an agent.
//!
//! Values in, values out.

use semver::Version;

use super::dependency::{Dependency, find_dependency};
use super::manifest::{PackageJson, RUNTIME};
use super::range::VersionRange;
use crate::error::{Code, Problem};
use crate::project::workspace::Role;

/// Flue's client since its version 1, and the runtime before.
const CLIENT: &str = "@flue/sdk";

/// What of Flue a package depends on.
#[derive(Debug)]
pub(crate) enum Flue {
    /// The runtime: it is an agent.
    Runtime(Dependency),
    /// What was the runtime before there was a package of that name.
    FormerRuntime(Dependency),
    /// What talks to agents that run elsewhere.
    Client(Dependency),
    /// Nothing.
    Nothing,
}

impl Flue {
    /// What `manifest` declares, in whatever table.
    ///
    /// # Errors
    ///
    /// When its dependencies are not what package managers expect.
    pub(crate) fn of(manifest: &PackageJson<'_>) -> Result<Self, Problem> {
        if let Some(runtime) = find_dependency(manifest, RUNTIME)? {
            return Ok(Self::Runtime(runtime));
        }
        Ok(match find_dependency(manifest, CLIENT)? {
            Some(declared) if is_former_runtime(&declared) => Self::FormerRuntime(declared),
            Some(declared) => Self::Client(declared),
            None => Self::Nothing,
        })
    }

    /// What it makes of its package.
    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Runtime(_) | Self::FormerRuntime(_) => Role::Agent,
            Self::Client(_) => Role::Client,
            Self::Nothing => Role::Stranger,
        }
    }

    /// The runtime, if there is one, of the package `name`, whose sources hold these former `connectors`.
    ///
    /// # Errors
    ///
    /// When what there is of Flue is no runtime that an adapter can be for.
    pub(crate) fn runtime(
        self,
        name: &str,
        connectors: &[String],
    ) -> Result<Option<Dependency>, Problem> {
        match self {
            Self::Runtime(runtime) => Ok(Some(runtime)),
            Self::Nothing => Ok(None),
            Self::FormerRuntime(declared) => Err(too_old(&declared, connectors)),
            Self::Client(declared) => Err(only_client(&declared, name)),
        }
    }
}

fn is_former_runtime(declared: &Dependency) -> bool {
    let range = VersionRange::in_declaration(&declared.range);
    range.is_some_and(|range| !range.reaches(&Version::new(1, 0, 0)))
}

fn too_old(declared: &Dependency, connectors: &[String]) -> Problem {
    let message = format!(
        "`{CLIENT}` {} is Flue's runtime of former times, which knows no adapters: `{RUNTIME}` took its place",
        declared.range
    );
    let mut help = format!("upgrade Flue to `{RUNTIME}`, then run the command again");
    if let Some((last, others)) = connectors.split_last() {
        let listed = match others {
            [] => last.clone(),
            _ => format!("{} and {last}", others.join(", ")),
        };
        help.push_str(&format!("; the adapter takes the place of {listed}"));
    }
    let problem = Problem::new(Code::RuntimeTooOld, message).at(declared.position);
    problem.help(help)
}

fn only_client(declared: &Dependency, name: &str) -> Problem {
    let message = format!(
        "`{name}` depends on `{CLIENT}` only, with which programs talk to an agent, so it is not an agent itself"
    );
    let problem = Problem::new(Code::NotAnAgent, message).at(declared.position);
    problem.help(format!(
        "run the command in the package of the agent, which depends on `{RUNTIME}`"
    ))
}
