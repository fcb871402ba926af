//! Which package manager a project uses, and the lock files that tell.
//!
//! Names in, values out.

/// The settings of Rush, beside which its projects are.
pub(crate) const RUSH_SETTINGS: &str = "rush.json";

/// A program that installs what a `package.json` declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PackageManager {
    /// npm, which comes with Node.
    #[default]
    Npm,
    /// pnpm.
    Pnpm,
    /// yarn, classic or berry.
    Yarn,
    /// bun.
    Bun,
    /// Rush, which calls one of the others.
    Rush,
}

impl PackageManager {
    /// Names of files that tell a package manager, those first that decide over the others: Rush brings the lock file of
    /// what it calls, and who has no lock file may have settings.
    pub(crate) const TRACES: [&str; 11] = [
        RUSH_SETTINGS,
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "pnpm-workspace.yaml",
        ".yarnrc.yml",
        ".pnp.cjs",
        "bunfig.toml",
    ];

    /// The package manager of a project: what the field `packageManager` names, else what the first known of `files`
    /// tells, the names of files beside the manifest (nearest directory first), else npm.
    pub(crate) fn detect<'a>(
        field: Option<&str>,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let named = field.and_then(Self::in_field);
        let traced = || files.into_iter().find_map(Self::traced_by);
        named.or_else(traced).unwrap_or_default()
    }

    fn traced_by(name: &str) -> Option<Self> {
        if let Some(kind) = LockFile::from_name(name) {
            return Some(kind.package_manager());
        }
        match name {
            RUSH_SETTINGS => Some(Self::Rush),
            "pnpm-workspace.yaml" => Some(Self::Pnpm),
            ".yarnrc.yml" | ".pnp.cjs" => Some(Self::Yarn),
            "bunfig.toml" => Some(Self::Bun),
            _ => None,
        }
    }

    /// What a `packageManager` field names: `pnpm@10.1.0+sha512.…` is pnpm.
    fn in_field(field: &str) -> Option<Self> {
        let name = field.split_once('@').map_or(field, |(name, _)| name);
        match name.trim() {
            "npm" => Some(Self::Npm),
            "pnpm" => Some(Self::Pnpm),
            "yarn" => Some(Self::Yarn),
            "bun" => Some(Self::Bun),
            _ => None,
        }
    }

    /// The command that adds `packages` to a manifest, and installs them.
    pub(crate) fn add_command(self, need: Need, packages: &str) -> String {
        let (command, for_development) = match self {
            Self::Npm => ("npm install", "--save-dev"),
            Self::Pnpm => ("pnpm add", "--save-dev"),
            Self::Yarn => ("yarn add", "--dev"),
            Self::Bun => ("bun add", "--dev"),
            Self::Rush => ("rush add -p", "--dev"),
        };
        match need {
            Need::Production => format!("{command} {packages}"),
            Need::Development => format!("{command} {for_development} {packages}"),
        }
    }

    /// The command that installs what was added to a manifest.
    pub(crate) fn install_command(self) -> &'static str {
        match self {
            Self::Npm => "npm install",
            Self::Pnpm => "pnpm install",
            Self::Yarn => "yarn install",
            Self::Bun => "bun install",
            Self::Rush => "rush update",
        }
    }
}

/// What a package that is installed is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// To run.
    Production,
    /// To be typechecked.
    Development,
}

/// A kind of lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockFile {
    /// `pnpm-lock.yaml`.
    Pnpm,
    /// `yarn.lock`, of yarn classic or berry.
    Yarn,
    /// `bun.lock`, which is text.
    Bun,
    /// `bun.lockb`, which is not: it tells the package manager only.
    BunBinary,
    /// `npm-shrinkwrap.json`, which npm prefers to the other.
    NpmShrinkwrap,
    /// `package-lock.json`.
    Npm,
}

impl LockFile {
    /// The kinds, in the order in which they are looked for: many a project keeps a `package-lock.json` from before it
    /// went elsewhere.
    pub(crate) const ALL: [Self; 6] = [
        Self::Pnpm,
        Self::Yarn,
        Self::Bun,
        Self::BunBinary,
        Self::NpmShrinkwrap,
        Self::Npm,
    ];

    /// The name of the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pnpm => "pnpm-lock.yaml",
            Self::Yarn => "yarn.lock",
            Self::Bun => "bun.lock",
            Self::BunBinary => "bun.lockb",
            Self::NpmShrinkwrap => "npm-shrinkwrap.json",
            Self::Npm => "package-lock.json",
        }
    }

    /// The kind that a file of this `name` is.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Who writes it.
    pub(crate) fn package_manager(self) -> PackageManager {
        match self {
            Self::Pnpm => PackageManager::Pnpm,
            Self::Yarn => PackageManager::Yarn,
            Self::Bun | Self::BunBinary => PackageManager::Bun,
            Self::NpmShrinkwrap | Self::Npm => PackageManager::Npm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: Option<&str>, files: &[&str], expect: &str) {
        let found = PackageManager::detect(field, files.iter().copied());
        assert_eq!(found.install_command(), expect, "{field:?} {files:?}");
    }

    #[test]
    fn the_field_comes_first() {
        check(
            Some("pnpm@10.1.0+sha512.abc"),
            &["yarn.lock"],
            "pnpm install",
        );
        check(Some("npm@11.0.0"), &["pnpm-lock.yaml"], "npm install");
        check(Some("bun"), &[], "bun install");
        check(Some("yarn@4.1.0"), &[], "yarn install");
    }

    #[test]
    fn then_the_lock_file() {
        check(None, &["README.md", "pnpm-lock.yaml"], "pnpm install");
        check(None, &["bun.lock"], "bun install");
        check(None, &["bun.lockb"], "bun install");
        check(Some("deno@2"), &["yarn.lock"], "yarn install");
        check(None, &["npm-shrinkwrap.json"], "npm install");
    }

    #[test]
    fn then_settings() {
        check(None, &[".yarnrc.yml"], "yarn install");
        check(None, &[".pnp.cjs"], "yarn install");
        check(None, &["rush.json", "pnpm-lock.yaml"], "rush update");
    }

    #[test]
    fn else_npm() {
        check(None, &[], "npm install");
        check(Some(""), &["lock"], "npm install");
    }

    #[test]
    fn lock_files_are_known_by_name() {
        for kind in LockFile::ALL {
            assert_eq!(LockFile::from_name(kind.name()), Some(kind));
        }
        assert_eq!(LockFile::from_name("Cargo.lock"), None);
    }
}
