//! Whatever stands in the settings of a workspace or in a lock file, reading it ends.
#![no_main]

use flue::inside::{read_lock_file, read_workspace_settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = read_workspace_settings(text);
    let _ = read_lock_file(text);
});
