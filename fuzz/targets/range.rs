//! Two ranges have versions in common whichever comes first, and every range that has any with itself.
#![no_main]

use flue::inside::read_ranges;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let overlaps = read_ranges(text);
    let count = overlaps.len().isqrt();
    for (index, overlap) in overlaps.iter().enumerate() {
        assert_eq!(*overlap, overlaps[index % count * count + index / count]);
    }
});
