//! Whether a path fits a pattern, the first and the second line, is told in no time.
#![no_main]

use flue::inside::fits_any;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (pattern, path) = text.split_once('\n').unwrap_or((text, text));
    let _ = fits_any(pattern, path);
});
