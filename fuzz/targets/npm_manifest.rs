//! A dependency goes into any `package.json` that can be read and comes out again.
#![no_main]

use flue::inside::npm_edit::{insert_dependency, remove_dependency};
use flue::inside::npm_manifest::PackageJson;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(manifest) = PackageJson::parse(text) else {
        return;
    };
    let Ok(inserted) = insert_dependency(&manifest, "@daytona/sdk", "^0.187.0") else {
        return;
    };
    let after = inserted.edit.apply(text);
    let manifest = PackageJson::parse(&after).expect("it can still be read");
    let removed = remove_dependency(&manifest, "@daytona/sdk").expect("it can be taken out");
    assert_eq!(removed.apply(&after), text);
});
