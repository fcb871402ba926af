//! Whatever stands in a lock file, reading it ends.
#![no_main]

use flue::inside::read_lock_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    read_lock_file(text);
});
