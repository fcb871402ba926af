//! What came of a run.

use std::fmt;

use crate::Failure;

/// What came of each case. Its `Display` is the list.
#[derive(Debug, Clone, Default)]
pub struct Report {
    results: Vec<(String, Result<(), Failure>)>,
}

impl Report {
    pub(crate) fn add(&mut self, name: &str, outcome: Result<(), Failure>) {
        self.results.push((name.to_owned(), outcome));
    }

    /// The names of the cases that passed.
    pub fn passed(&self) -> impl Iterator<Item = &str> {
        let results = self.results.iter();
        results.filter_map(|(name, outcome)| outcome.is_ok().then_some(name.as_str()))
    }

    /// The cases that failed, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &Failure)> {
        let results = self.results.iter();
        results.filter_map(|(name, outcome)| Some((name.as_str(), outcome.as_ref().err()?)))
    }

    /// Ends the test that called it if a case failed, with the list.
    ///
    /// # Panics
    ///
    /// If a case failed.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failed().next().is_none(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.results {
            match outcome {
                Ok(()) => writeln!(f, "ok     {name}")?,
                Err(failure) => writeln!(f, "FAILED {name}: {failure}")?,
            }
        }
        let failed = self.failed().count();
        write!(f, "{} cases, {failed} failed", self.results.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_tells_each_case_and_the_sum() {
        let mut report = Report::default();
        report.add("stat/file", Ok(()));
        report.add("rm/file", Err(Failure::new("it is still there")));
        let list = "ok     stat/file\nFAILED rm/file: it is still there\n2 cases, 1 failed";
        assert_eq!(report.to_string(), list);
        assert_eq!(report.passed().collect::<Vec<_>>(), ["stat/file"]);
    }

    #[test]
    #[should_panic(expected = "FAILED rm/file")]
    fn one_failure_is_enough() {
        let mut report = Report::default();
        report.add("stat/file", Ok(()));
        report.add("rm/file", Err(Failure::new("it is still there")));
        report.assert_passed();
    }

    #[test]
    fn no_failure_is_none() {
        let mut report = Report::default();
        report.add("stat/file", Ok(()));
        report.assert_passed();
    }
}
