//! A module that has to be declared, as it was found in a source file.

use super::Addition;

/// A module between a crate root and the adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    /// Its name.
    pub name: String,
    /// What was found.
    pub finding: ModuleFinding,
}

/// What a source file has of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModuleFinding {
    /// It declares the module.
    Declared,
    /// It does not; this adds the declaration.
    Missing(Addition),
    /// It declares another module of that name; a warning says how to get at the adapter.
    Elsewhere,
    /// That cannot be told, for this reason; a warning says which line to add.
    Unknown(String),
}

impl ModuleFinding {
    /// Whether the compiler finds the module, as far as is known.
    pub(crate) fn is_in_sync(&self) -> bool {
        matches!(self, Self::Declared)
    }

    /// The stable name of what was found.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Missing(_) => "missing",
            Self::Elsewhere => "elsewhere",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Module {
    /// Why it is declared or left, for those who ask.
    pub(super) fn reason(&self) -> String {
        let name = &self.name;
        match &self.finding {
            ModuleFinding::Declared => format!("`mod {name}` is declared"),
            ModuleFinding::Missing(addition) => {
                format!("line {} declares the module `{name}`", addition.line)
            }
            ModuleFinding::Elsewhere => format!("`mod {name}` is declared, and is another module"),
            ModuleFinding::Unknown(reason) => reason.clone(),
        }
    }
}
