//! The recording at the top of the README: a session as it stands on a screen, line after line, as an SVG.
//!
//! `SNAPSHOTS=overwrite cargo test --test terminal` makes it anew from real runs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anstyle_svg::Term;

use super::screens::{expect_file, repository};
use super::{plain, project, screen};

const COLUMNS: u32 = 90;
/// What is seen of the session at once.
const ROWS: usize = 26;
/// As `anstyle-svg` draws them, in pixels.
const LINE: usize = 18;
const PADDING: usize = 10;

/// In hundredths of a second: how long a line stays the last one, and the last one of a command.
const PAUSE: usize = 7;
const LONG_PAUSE: usize = 250;

/// A step of the session.
enum Step {
    Flue(&'static str),
    /// A person edits the adapter: the text of the second is put behind the first.
    Edit(&'static str, &'static str),
}

const SESSION: [Step; 7] = [
    Step::Flue("add sandbox daytona"),
    Step::Flue("add sandbox daytona"),
    Step::Edit(
        "-> Result<Vec<u8>, SandboxError> {\n",
        "        tracing::debug!(path, \"read\");\n",
    ),
    Step::Flue("diff sandbox daytona"),
    Step::Flue("remove sandbox daytona"),
    Step::Flue("remove sandbox daytona --force"),
    Step::Flue("status"),
];

const ADAPTER: &str = "src/sandboxes/daytona.rs";

/// What each step shows, with escapes.
fn record() -> Vec<String> {
    let project = project(&plain().0);
    let root = project.path().canonicalize().unwrap();
    let take = |step: &Step| match step {
        Step::Flue(command) => {
            let (text, _) = screen(project.path(), COLUMNS, command);
            let text = text.replace(&*root.to_string_lossy(), "~/my-agent");
            format!("\u{1b}[1m$ flue {command}\u{1b}[0m\n{text}\n")
        }
        Step::Edit(place, edit) => {
            write_edit(&project.path().join(ADAPTER), place, edit);
            format!("\u{1b}[1m$ $EDITOR {ADAPTER}\u{1b}[0m\n\n")
        }
    };
    SESSION.iter().map(take).collect()
}

fn write_edit(adapter: &Path, place: &str, edit: &str) {
    let text = fs::read_to_string(adapter).unwrap();
    assert!(text.contains(place), "the adapter holds `{place}`");
    let edited = text.replacen(place, &format!("{place}{edit}"), 1);
    fs::write(adapter, edited).unwrap();
}

/// The whole session on one long screen, which moves up behind a window of `ROWS` lines.
fn drawn(session: &[String]) -> String {
    let screen = Term::new().render_svg(&session.concat());
    let frames = frames(session);
    let duration = frames.iter().map(|(_, pause)| pause).sum::<usize>();
    let (width, height) = (840, ROWS * LINE + 2 * PADDING);
    let mut keyframes = String::new();
    let mut time = 0;
    for (lines, pause) in &frames {
        let percent = time as f64 * 100.0 / duration as f64;
        let _ = writeln!(
            keyframes,
            "    {percent:.2}% {{ transform: translateY({}px) }}",
            above(*lines)
        );
        time += pause;
    }
    let end = above(frames.last().map_or(0, |(lines, _)| *lines));
    format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\">\n  \
         <title>A session with flue: add, add again, an edit, diff, remove, status</title>\n  <style>\n    \
         .session {{ animation: session {}s step-end infinite }}\n    \
         @media (prefers-reduced-motion) {{ .session {{ animation: none; transform: translateY({end}px) }} }}\n    \
         @keyframes session {{\n{keyframes}    }}\n  </style>\n  \
         <rect width=\"100%\" height=\"100%\" rx=\"4.5\" fill=\"#000000\"/>\n  \
         <g class=\"session\">\n{screen}  </g>\n</svg>\n",
        duration as f64 / 100.0
    )
}

/// How many lines are seen in turn, and for how long.
fn frames(session: &[String]) -> Vec<(usize, usize)> {
    let mut lines = 0;
    let mut frames = Vec::new();
    for step in session {
        let count = step.lines().count();
        frames.extend((1..=count).map(|line| (lines + line, PAUSE)));
        if let Some((_, pause)) = frames.last_mut() {
            *pause = LONG_PAUSE;
        }
        lines += count;
    }
    frames
}

/// How far the long screen moves down so that its first `lines` end where the window ends, in pixels.
fn above(lines: usize) -> isize {
    (ROWS as isize - lines as isize) * LINE as isize
}

#[test]
fn the_readme_has_a_recording_of_a_real_session() {
    expect_file(&repository("docs/session.svg"), &drawn(&record()));
}
