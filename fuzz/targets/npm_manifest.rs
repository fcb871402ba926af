//! A dependency goes into any `package.json` that can be read and comes out again.
#![no_main]

use flue::inside::npm_edit::{Table, insert_dependency, remove_dependency};
use flue::inside::npm_manifest::PackageJson;
use libfuzzer_sys::fuzz_target;

const PACKAGE: &str = "@daytona/sdk";
const RANGE: &str = "^0.187.0";

fuzz_target!(|text: &str| {
    for table in [Table::Dependencies, Table::DevDependencies] {
        check(text, table);
    }
});

fn check(text: &str, table: Table) {
    let Ok(manifest) = PackageJson::parse(text) else {
        return;
    };
    let Ok(inserted) = insert_dependency(&manifest, table, PACKAGE, RANGE) else {
        return;
    };
    let after = inserted.edit.apply(text);
    let manifest = PackageJson::parse(&after).expect("it can still be read");
    let removed = remove_dependency(&manifest, table, PACKAGE).expect("it can be taken out");
    let undone = removed.apply(&after);
    if undone != text {
        // Both become the same text, so that nothing tells which it was: an empty object.
        let manifest = PackageJson::parse(&undone).expect("it can be read again");
        let again = insert_dependency(&manifest, table, PACKAGE, RANGE);
        let again = again.expect("there is a place again");
        assert_eq!(again.edit.apply(&undone), after);
    }
}
