//! A dependency goes into any `Cargo.toml` that can be read and comes out again, and nothing else changes.
#![no_main]

use flue::inside::dependency::{DependencyState, find_dependency};
use flue::inside::edit::{NewDependency, insert_dependency, remove_dependency};
use flue::inside::manifest::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(manifest) = Manifest::parse(text.to_owned()) else {
        return;
    };
    // The command adds nothing then.
    if let Ok(DependencyState::Present(_)) = find_dependency(&manifest, Some(&manifest), "daytona-sdk") {
        return;
    }
    let new = NewDependency::of_registry("daytona-sdk", "0.1");
    let Ok(inserted) = insert_dependency(&manifest, &new) else {
        return;
    };
    let after = inserted.edit.apply(text);
    let mut expected: toml::Table = toml::from_str(text.trim_start_matches('\u{feff}')).expect("it was read before");
    let mut meant: toml::Table = toml::from_str(after.trim_start_matches('\u{feff}')).expect("it can still be read");
    let dependencies = meant["dependencies"].as_table_mut().expect("it is a table");
    dependencies.remove("daytona-sdk").expect("it is there");
    expected.entry("dependencies").or_insert_with(|| toml::Table::new().into());
    assert!(format!("{meant:?}") == format!("{expected:?}"), "more has changed");
    let manifest = Manifest::parse(after.clone()).expect("it can still be read");
    let removed = match remove_dependency(&manifest, "daytona-sdk") {
        // A feature names it, though it was not there before.
        Err(_) if text.contains("features") => return,
        removed => removed.expect("it can be taken out"),
    };
    let undone = removed.apply(&after);
    if undone != text {
        // Both become the same text, so that nothing tells which it was: blank lines, or an empty table.
        let manifest = Manifest::parse(undone.clone()).expect("it can be read again");
        let again = insert_dependency(&manifest, &new).expect("there is a place again");
        assert_eq!(again.edit.apply(&undone), after);
    }
});
