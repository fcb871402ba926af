//! Whatever stands in the settings of TypeScript and of formatters, or in a source file, reading and rewriting it ends.
#![no_main]

use flue::inside::{read_styles, read_tsconfig};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    read_tsconfig(text);
    read_styles(text);
});
