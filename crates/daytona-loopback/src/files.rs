//! The daemon's handlers for single files and folders. They block, and follow symbolic links.

use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::Path;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::call::Call;
use crate::errors::DaemonError;
use crate::settings::{ModifiedAt, Settings};
use crate::{go, reply};

/// `GET /files/info`.
pub(crate) fn info(call: &Call) -> Result<Response, DaemonError> {
    let path = call.required("path")?;
    let metadata = stat(call, path)?;
    Ok(reply::ok(&file_info(
        path,
        &metadata,
        &call.state.settings(),
    )))
}

/// `GET /files`: the entries of one folder, in byte order of their names.
pub(crate) fn list(call: &Call) -> Result<Response, DaemonError> {
    let path = match call.query("path") {
        "" => ".",
        path => path,
    };
    let failed = |error: io::Error| DaemonError::from_file_io("open", path, &error);
    let folder = call.locate(path).map_err(failed)?;
    let mut names: Vec<_> = fs::read_dir(&folder)
        .map_err(failed)?
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .collect();
    names.sort();

    let settings = call.state.settings();
    let entries: Vec<Value> = names
        .into_iter()
        .filter_map(|name| {
            // An entry without metadata, such as a dangling link, is left out without a word.
            let metadata = fs::metadata(folder.join(&name)).ok()?;
            Some(file_info(&name.to_string_lossy(), &metadata, &settings))
        })
        .collect();
    Ok(reply::ok(&entries))
}

/// `POST /files/folder`: `mkdir -p`.
pub(crate) fn create_folder(call: &Call) -> Result<Response, DaemonError> {
    let path = call.required("path")?;
    let mode = match call.query("mode") {
        "" => 0o755,
        mode => parse_mode(mode)?,
    };
    let created = call
        .locate(path)
        .and_then(|folder| DirBuilder::new().recursive(true).mode(mode).create(folder));
    created.map_err(|error| {
        let message = format!("mkdir {path}: {}", go::error_text(&error));
        DaemonError::bad_file_request(message)
    })?;
    Ok(StatusCode::CREATED.into_response())
}

/// `DELETE /files`.
pub(crate) fn delete(call: &Call) -> Result<Response, DaemonError> {
    let path = call.required("path")?;
    let is_recursive = call.query("recursive") == "true";
    let metadata = stat(call, path)?;
    if metadata.is_dir() && !is_recursive {
        let message = "cannot delete directory without recursive flag";
        return Err(DaemonError::bad_file_request(message));
    }
    let deleted = call.locate(path).and_then(|target| {
        if is_recursive {
            remove_all(call, path, &target)
        } else {
            fs::remove_file(target)
        }
    });
    deleted.map_err(|error| {
        let message = format!("unlinkat {path}: {}", go::error_text(&error));
        DaemonError::bad_file_request(message)
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /files/move`.
pub(crate) fn move_file(call: &Call) -> Result<Response, DaemonError> {
    let source = call.required("source")?;
    let destination = call.required("destination")?;
    stat(call, source)?;
    let target = call
        .locate(destination)
        .map_err(|error| DaemonError::from_file_io("stat", destination, &error))?;
    if let Some(parent) = target.parent() {
        fs::metadata(parent)
            .map_err(|error| DaemonError::from_file_io("stat", destination, &error))?;
    }
    if target.exists() {
        return Err(DaemonError::file_exists("destination already exists"));
    }
    let moved = call.locate(source).and_then(|source| {
        // The daemon takes any failure for a move between file systems.
        fs::rename(&source, &target).or_else(|_| {
            copy(&source, &target)?;
            remove(&source)
        })
    });
    moved.map_err(|error| {
        let message = format!("failed to move file: {}", go::error_text(&error));
        DaemonError::bad_file_request(message)
    })?;
    Ok(StatusCode::OK.into_response())
}

fn copy(source: &Path, target: &Path) -> io::Result<()> {
    if !source.is_dir() {
        return fs::copy(source, target).map(|_| ());
    }
    // Before the folder is made, which may be one of them.
    let entries = fs::read_dir(source)?.collect::<io::Result<Vec<_>>>()?;
    fs::create_dir(target)?;
    entries
        .iter()
        .try_for_each(|entry| copy(&entry.path(), &target.join(entry.file_name())))
}

fn remove(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

/// `POST /files/permissions`: any of mode, owner and group.
pub(crate) fn set_permissions(call: &Call) -> Result<Response, DaemonError> {
    let path = call.required("path")?;
    stat(call, path)?;
    let failed = |what: &str, error: io::Error| {
        let message = format!("failed to change {what}: {}", go::error_text(&error));
        DaemonError::bad_file_request(message)
    };
    let target = call
        .locate(path)
        .map_err(|error| DaemonError::from_file_io("stat", path, &error))?;
    if !call.query("mode").is_empty() {
        let mode = Permissions::from_mode(parse_mode(call.query("mode"))?);
        fs::set_permissions(&target, mode).map_err(|error| failed("mode", error))?;
    }
    let owner = account_id(call.query("owner"), "/etc/passwd", "user not found")?;
    let group = account_id(call.query("group"), "/etc/group", "group not found")?;
    if owner.is_some() || group.is_some() {
        chown(&target, owner, group).map_err(|error| failed("ownership", error))?;
    }
    Ok(StatusCode::OK.into_response())
}

fn stat(call: &Call, path: &str) -> Result<Metadata, DaemonError> {
    call.locate(path)
        .and_then(fs::metadata)
        .map_err(|error| DaemonError::from_file_io("stat", path, &error))
}

fn file_info(path: &str, metadata: &Metadata, settings: &Settings) -> Value {
    let modified = metadata.modified().unwrap_or(std::time::UNIX_EPOCH);
    let mut info = json!({
        "name": go::base_name(path),
        "size": metadata.len(),
        "mode": go::mode_text(metadata.mode()),
        "modTime": go::time_string(modified, &settings.zone),
        "modifiedAt": go::time_json(modified, &settings.zone),
        "isDir": metadata.is_dir(),
        "owner": metadata.uid().to_string(),
        "group": metadata.gid().to_string(),
        "permissions": format!("{:04o}", metadata.mode() & 0o777),
    });
    if settings.modified_at == ModifiedAt::Absent
        && let Some(fields) = info.as_object_mut()
    {
        fields.remove("modifiedAt");
    }
    info
}

/// Go keeps the bits above the permissions elsewhere, so only nine count.
fn parse_mode(text: &str) -> Result<u32, DaemonError> {
    match go::parse_octal(text) {
        Some(mode) => Ok(mode & 0o777),
        None => Err(DaemonError::bad_file_request("invalid mode format")),
    }
}

/// `os.RemoveAll`: of a link, the link only.
fn remove_all(call: &Call, path: &str, target: &Path) -> io::Result<()> {
    if path == "." || path.ends_with("/.") {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if !fs::symlink_metadata(target)?.is_dir() {
        return fs::remove_file(target);
    }
    // The real daemon owns its machine. This one must not take the developer's away.
    if call.state.root().starts_with(fs::canonicalize(target)?) {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    fs::remove_dir_all(target)
}

/// A numeric id, or the id of a name in a file such as `/etc/passwd`. None if nothing is asked.
fn account_id(text: &str, accounts: &str, not_found: &str) -> Result<Option<u32>, DaemonError> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    let accounts = fs::read_to_string(accounts).unwrap_or_default();
    let id = accounts.lines().find_map(|line| {
        let mut columns = line.split(':');
        (columns.next() == Some(text)).then(|| columns.nth(1)?.parse().ok())?
    });
    match id {
        Some(id) => Ok(Some(id)),
        None => Err(DaemonError::bad_file_request(not_found)),
    }
}
