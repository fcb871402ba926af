//! The behaviour of the command, one file of `tests/cases` a case.
//!
//! The crate in `tests/support` tells the format. Each case is run for what it shows, and once more on the result, which must
//! leave bytes and time stamps alone. Then the same is asked for in every other form: with `--dry-run`, `--json`, `--check` and
//! `--diff`, which have to agree.
//!
//! `SNAPSHOTS=overwrite cargo test --test cases` rewrites the expectations, ahead of the tests; read the difference as you read
//! code. What people wrote of a case stays. A text below `pristine/` becomes what the one case writes that defines it.

mod case;
mod forms;
mod outcomes;
mod pristine;
mod round_trip;

use std::process::ExitCode;
use std::sync::Arc;

use flue_cases::Store;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut store = Store::open().expect("there is a store of cases");
    if is_overwriting() && !arguments.list {
        let names = store.names().into_iter();
        let names = names.filter(|name| is_asked_for(&arguments, name));
        overwrite(&mut store, names);
    }
    let store = Arc::new(store);
    let cases = store.names().into_iter().map(|name| {
        let checked = name.clone();
        trial(&store, &name, move |store| case::check(store, &checked))
    });
    let whole = [
        trial(&store, "docs/outcomes.md", outcomes::check),
        trial(&store, "pristine", pristine::check),
    ];
    libtest_mimic::run(&arguments, cases.chain(whole).collect()).exit_code()
}

fn trial<Check>(store: &Arc<Store>, name: &str, check: Check) -> Trial
where
    Check: Fn(&Store) -> Result<(), String> + Send + 'static,
{
    let store = Arc::clone(store);
    Trial::test(name, move || check(&store).map_err(Failed::from))
}

/// Whether expectations are written instead of checked.
fn is_overwriting() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

fn is_asked_for(arguments: &Arguments, name: &str) -> bool {
    let matches = |filter: &String| match arguments.exact {
        true => name == filter,
        false => name.contains(filter),
    };
    arguments.filter.as_ref().is_none_or(matches) && !arguments.skip.iter().any(matches)
}

/// Has the cases expect what the command does now. What cannot be read is left to the tests.
fn overwrite(store: &mut Store, names: impl Iterator<Item = String>) {
    pristine::overwrite(store);
    for case in names.filter_map(|name| store.case(&name).ok()) {
        let run = case::Run::of(&case, &case.args, store.pristine());
        store.expect(&case, &run.outcome);
    }
}
