//! What the program does when the other side does not keep to the protocol.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::Write as _;
use std::process::{Command, Stdio};

const PROVIDER: &str = r#"{"refusesForceAs": null, "mergesStreams": false, "tellsLinks": true, "takesHugeDeadlines": true}"#;

/// Says `lines` and goes away; returns whether the program was content, and its complaint.
fn say(lines: &str) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_flue-conformance"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may be gone before it has read all of it.
    let _ = program.stdin.take().unwrap().write_all(lines.as_bytes());
    let output = program.wait_with_output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), complaint)
}

#[test]
fn one_that_goes_away_ends_it() {
    let expect = "error: the answers ended before the cases\n";
    assert_eq!(say(&format!("{PROVIDER}\n")), (false, expect.to_owned()));
}

#[test]
fn one_that_says_nonsense_ends_it() {
    for lines in ["", "{}\n", &format!("{PROVIDER}\nyes\n")] {
        let (is_content, complaint) = say(lines);
        assert!(!is_content, "{lines}");
        assert!(complaint.starts_with("error: "), "{lines}: {complaint}");
    }
}
