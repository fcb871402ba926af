//! Whatever stands in the settings of a workspace, reading them ends.
#![no_main]

use flue::inside::read_workspace_settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = read_workspace_settings(text);
});
