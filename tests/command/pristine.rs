//! The texts that the cases refer to: each is what one case writes.

use std::collections::BTreeMap;

use flue_cases::{Case, Store};

use crate::case::Run;

/// Stores what the cases that define a text write now.
pub(crate) fn overwrite(store: &mut Store) {
    let names = store.names().into_iter();
    let cases = names.filter_map(|name| store.case(&name).ok());
    let cases = cases.filter(|case| case.definitions().next().is_some());
    for case in cases.collect::<Vec<_>>() {
        let run = Run::of(&case, &case.args, store.pristine());
        for (name, path) in case.definitions() {
            if let Some(text) = run.outcome.after.file(path) {
                store.define(name, &String::from_utf8_lossy(text));
            }
        }
    }
}

/// That each text is defined by one case.
pub(crate) fn check(store: &Store) -> Result<(), String> {
    let cases = store
        .names()
        .into_iter()
        .filter_map(|name| store.case(&name).ok());
    let cases = cases.collect::<Vec<Case>>();
    let mut definitions = BTreeMap::<&str, Vec<&str>>::new();
    for name in store.pristine().names() {
        definitions.entry(name).or_default();
    }
    for case in &cases {
        for (name, _) in case.definitions() {
            definitions.entry(name).or_default().push(&case.name);
        }
    }
    let mut wrong = definitions.iter().filter(|(_, cases)| cases.len() != 1);
    match wrong.next() {
        None => Ok(()),
        Some((name, cases)) => Err(format!(
            "one case has to define pristine/{name}: {cases:?} do"
        )),
    }
}
