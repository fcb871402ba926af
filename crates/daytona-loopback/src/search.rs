//! The daemon's two searches, by name and by content. They walk a tree in lexical order, do not follow
//! links, and pass over what they cannot read.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use axum::response::Response;
use serde_json::{Value, json};

use crate::call::Call;
use crate::errors::DaemonError;
use crate::{go, reply};

/// The longest line that Go's scanner reads; it gives up on the file at a longer one.
const LONGEST_LINE: usize = 64 * 1024;

/// `GET /files/search`: paths whose name matches a pattern.
pub(crate) fn by_name(call: &Call) -> Result<Response, DaemonError> {
    let (path, pattern) = arguments(call)?;
    let mut found = Vec::new();
    walk(call, path, &mut |path, _| {
        if go::pattern_matches(pattern, go::base_name(path)) {
            found.push(path.to_owned());
        }
    });
    Ok(reply::ok(&json!({ "files": found })))
}

/// `GET /files/find`: lines that contain a text, in files that do not look binary.
pub(crate) fn by_content(call: &Call) -> Result<Response, DaemonError> {
    let (path, text) = arguments(call)?;
    let mut found = Vec::new();
    walk(call, path, &mut |path, located| {
        // Reading may fail half-way: what was found until then counts.
        let _ = find_in_file(path, located, text, &mut found);
    });
    Ok(reply::ok(&found))
}

fn arguments(call: &Call) -> Result<(&str, &str), DaemonError> {
    let (path, pattern) = (call.query("path"), call.query("pattern"));
    if path.is_empty() || pattern.is_empty() {
        let message = "path and pattern are required";
        return Err(DaemonError::bad_file_request(message));
    }
    Ok((path, pattern))
}

/// Visits `path` and what is below it: each path as the daemon reports it, and where it is.
fn walk(call: &Call, path: &str, visit: &mut dyn FnMut(&str, &Path)) {
    let Ok(located) = call.locate(path) else {
        return;
    };
    let Ok(metadata) = fs::symlink_metadata(&located) else {
        return;
    };
    visit(path, &located);
    if !metadata.is_dir() {
        return;
    }
    let Ok(entries) = fs::read_dir(&located) else {
        return;
    };
    let mut names: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for name in names {
        walk(call, &join(path, &name), visit);
    }
}

/// `filepath.Join` of a path and a name: `.` and slashes at the end vanish.
fn join(path: &str, name: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    match path.trim_end_matches('/') {
        "" if path.is_empty() => name.to_owned(),
        "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn find_in_file(
    path: &str,
    located: &Path,
    text: &str,
    found: &mut Vec<Value>,
) -> std::io::Result<()> {
    if !fs::symlink_metadata(located)?.is_file() {
        return Ok(());
    }
    let mut file = File::open(located)?;
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head)?;
    if head.contains(&0) {
        return Ok(());
    }
    file.rewind()?;
    let mut lines = BufReader::new(file);
    for number in 1.. {
        let mut line = Vec::new();
        let limit = LONGEST_LINE as u64;
        if lines.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() == LONGEST_LINE && !line.ends_with(b"\n") {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\n').unwrap_or(&line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.contains(text) {
            found.push(json!({ "file": path, "line": number, "content": line }));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn joined_paths_are_clean() {
        assert_eq!(join(".", "a"), "a");
        assert_eq!(join("./", "a"), "a");
        assert_eq!(join("x/", "a"), "x/a");
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(join("./x", "a"), "x/a");
    }
}
