//! A marker that is found is found again as it is written.
#![no_main]

use flue::inside::read_marker;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(marker) = read_marker(text) {
        assert_eq!(read_marker(&marker).as_ref(), Some(&marker));
    }
});
