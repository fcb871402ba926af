//! A module is declared in any file that can be read, is found there, and comes out again.
#![no_main]

use flue::inside::module::{Declaring, ModuleDeclaration, Visibility, declare, find_declaration, undeclare};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let declaration = ModuleDeclaration {
        name: "sandboxes".to_owned(),
        visibility: Visibility::Private,
        path: None,
        feature: None,
    };
    let Declaring::Missing(edit) = declare(text, &[], &declaration) else {
        return;
    };
    let after = edit.apply(text);
    let found = find_declaration(&after, "sandboxes");
    assert!(matches!(found, Ok(Some(_))), "it is not found");
    let removed = undeclare(&after, &[], "sandboxes").expect("it can be taken out");
    let undone = removed.apply(&after);
    if undone != text {
        // Both become the same text, so that nothing tells which it was: blank lines.
        let Declaring::Missing(again) = declare(&undone, &[], &declaration) else {
            panic!("it is still there");
        };
        assert_eq!(again.apply(&undone), after);
    }
});
