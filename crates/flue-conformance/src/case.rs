//! One case: a name, and what it tries.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use flue_runtime::SandboxFactory;

use crate::bench::Bench;
use crate::check::Outcome;
use crate::{Failure, Profile};

/// The time after which a case that does not end has failed.
pub const LONGEST: Duration = Duration::from_secs(60);

/// One thing that the contract says.
pub struct Case {
    name: String,
    attempt: Box<dyn for<'a> Fn(&'a Bench<'a>) -> Attempt<'a> + Send + Sync>,
}

pub(crate) type Attempt<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

impl Case {
    pub(crate) fn new(
        name: impl Into<String>,
        attempt: impl for<'a> Fn(&'a Bench<'a>) -> Attempt<'a> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            attempt: Box::new(attempt),
        }
    }

    /// What it is about and what it expects, such as `write_file/creates_missing_parent`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tries it in a fresh directory of an environment of its own.
    ///
    /// # Errors
    ///
    /// What the adapter did otherwise than the contract says.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with its timer enabled, and where the adapter panics.
    pub async fn run(
        &self,
        factory: &dyn SandboxFactory,
        profile: &Profile,
    ) -> Result<(), Failure> {
        let attempt = async {
            let bench = Bench::prepare(factory, profile).await?;
            let outcome = (self.attempt)(&bench).await;
            bench.clear().await;
            outcome
        };
        match tokio::time::timeout(LONGEST, attempt).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::new(format!("it did not end within {LONGEST:?}"))),
        }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}

/// Cases of one group, named after their functions.
macro_rules! cases {
    ($group:literal: $($case:ident),+ $(,)?) => {
        vec![$($crate::Case::new(
            concat!($group, "/", stringify!($case)),
            |bench| Box::pin($case(bench)),
        )),+]
    };
}

pub(crate) use cases;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn each_name_is_there_once_and_has_a_group() {
        let cases = crate::cases();
        let names = cases.iter().map(super::Case::name).collect::<BTreeSet<_>>();
        assert_eq!(names.len(), cases.len());
        assert!(names.len() >= 120, "{}", names.len());
        for name in names {
            assert_eq!(name.split('/').count(), 2, "{name}");
        }
    }
}
