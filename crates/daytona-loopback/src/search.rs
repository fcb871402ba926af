//! The daemon's two searches, by name and by content, and its replacement of a text. The searches walk a
//! tree in lexical order, do not follow links, and pass over what they cannot read.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use axum::response::Response;
use serde::Deserialize;
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReplaceRequest {
    files: Vec<String>,
    pattern: String,
    new_value: String,
}

/// `POST /files/replace`: a text for another in files, each with an outcome of its own.
pub(crate) fn replace(call: &Call, body: &[u8]) -> Result<Response, DaemonError> {
    let request: ReplaceRequest = serde_json::from_slice(body).map_err(|error| {
        DaemonError::bad_file_request(format_args!("invalid request body: {error}"))
    })?;
    let results: Vec<Value> = request
        .files
        .iter()
        .map(|path| match replace_in_file(call, path, &request) {
            Ok(()) => json!({ "file": path, "success": true }),
            Err(error) => {
                let error = format!("open {path}: {}", go::error_text(&error));
                json!({ "file": path, "success": false, "error": error })
            }
        })
        .collect();
    Ok(reply::ok(&results))
}

fn replace_in_file(call: &Call, path: &str, request: &ReplaceRequest) -> io::Result<()> {
    let located = call.locate(path)?;
    // What is not text stays as it is.
    let Ok(text) = String::from_utf8(fs::read(&located)?) else {
        return Ok(());
    };
    fs::write(located, text.replace(&request.pattern, &request.new_value))
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

fn find_in_file(path: &str, located: &Path, text: &str, found: &mut Vec<Value>) -> io::Result<()> {
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
