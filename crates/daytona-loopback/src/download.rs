//! Downloads: one file with ranges, or many in a multipart reply. Both stream from disk.

use std::fmt::Write as _;
use std::io;

use axum::body::{Body, to_bytes};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, DuplexStream, SeekFrom};
use tokio_util::io::ReaderStream;

use crate::call::Call;
use crate::errors::{DaemonError, Problem};
use crate::{go, reply};

/// How much is read, and held, at a time.
const CHUNK: usize = 64 * 1024;

const BOUNDARY: &str = "DAYTONA-FILE-BOUNDARY";

/// `GET /files/download`.
pub(crate) async fn one(call: &Call, headers: &HeaderMap) -> Result<Response, DaemonError> {
    let path = call.required("path")?;
    let failed = |error: io::Error| DaemonError::from_file_io("stat", path, &error);
    let located = call.locate(path).map_err(failed)?;
    let mut file = File::open(located).await.map_err(failed)?;
    let metadata = file.metadata().await.map_err(failed)?;
    if metadata.is_dir() {
        return Err(DaemonError::bad_file_request("path must be a file"));
    }
    let size = metadata.len();
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let (status, start, length) = match parse_range(range.unwrap_or_default(), size) {
        Range::All => (StatusCode::OK, 0, size),
        Range::Part { start, length } => (StatusCode::PARTIAL_CONTENT, start, length),
        Range::Unsatisfiable => return Ok(unsatisfiable(size)),
    };
    file.seek(SeekFrom::Start(start)).await.map_err(failed)?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), CHUNK));

    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {start}-{}/{size}", start + length - 1);
        insert_text(headers, CONTENT_RANGE, text.as_bytes());
    }
    let name = go::base_name(path);
    let mut disposition = b"attachment; filename=\"".to_vec();
    disposition.extend(latin1(name));
    disposition.extend(format!("\"; filename*=utf-8''{}", rfc5987(name)).bytes());
    insert_text(headers, CONTENT_DISPOSITION, &disposition);
    Ok(response)
}

fn insert_text(headers: &mut HeaderMap, name: HeaderName, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(name, value);
    }
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = (
        StatusCode::RANGE_NOT_SATISFIABLE,
        "invalid range: failed to overlap\n",
    )
        .into_response();
    let text = format!("bytes */{size}");
    insert_text(response.headers_mut(), CONTENT_RANGE, text.as_bytes());
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    All,
    Part { start: u64, length: u64 },
    Unsatisfiable,
}

/// Reads a `Range` header. Several ranges at once get the whole file, which HTTP allows.
fn parse_range(header: &str, size: u64) -> Range {
    let Some(range) = header.strip_prefix("bytes=") else {
        return Range::All;
    };
    if range.contains(',') {
        return Range::All;
    }
    let Some((first, last)) = range.trim().split_once('-') else {
        return Range::Unsatisfiable;
    };
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(count)) if first.is_empty() => (size.saturating_sub(count), size),
        _ => return Range::Unsatisfiable,
    };
    if start >= end {
        return Range::Unsatisfiable;
    }
    Range::Part {
        start,
        length: end - start,
    }
}

#[derive(Deserialize)]
struct DownloadRequest {
    paths: Vec<String>,
}

/// `POST /files/bulk-download`: a part for each path, in order, for a file or for what went wrong with it.
pub(crate) async fn many(call: Call, body: Body) -> Response {
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let request = serde_json::from_slice::<DownloadRequest>(&body);
    let paths = match request {
        Ok(request) if !request.paths.is_empty() => request.paths,
        _ => {
            let reason = "request body must be {\"paths\": [ ... ]} and non-empty";
            return reply::json(StatusCode::BAD_REQUEST, &json!({ "error": reason }));
        }
    };
    let (writer, reader) = tokio::io::duplex(CHUNK);
    // Writing fails when the client goes away, and reading where a disk does. The form has no end then,
    // which is how a client knows.
    tokio::spawn(async move { write_form(&call, &paths, writer).await });
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let body = Body::from_stream(ReaderStream::with_capacity(reader, CHUNK));
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

async fn write_form(call: &Call, paths: &[String], mut form: DuplexStream) -> io::Result<()> {
    for (position, path) in paths.iter().enumerate() {
        let line_end = if position == 0 { "" } else { "\r\n" };
        form.write_all(format!("{line_end}--{BOUNDARY}\r\n").as_bytes())
            .await?;
        match open(call, path).await {
            Ok((file, size)) => write_file_part(&mut form, path, file, size).await?,
            Err(problem) => write_error_part(&mut form, call, path, &problem).await?,
        }
    }
    form.write_all(format!("\r\n--{BOUNDARY}--\r\n").as_bytes())
        .await
}

async fn write_file_part(
    form: &mut DuplexStream,
    path: &str,
    file: File,
    size: u64,
) -> io::Result<()> {
    let extension = path
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'));
    let guess = extension.and_then(|(_, extension)| mime_guess::from_ext(extension).first());
    let content_type = match guess {
        // Go's table says so for every kind of text.
        Some(guess) if guess.type_() == "text" => format!("{guess}; charset=utf-8"),
        Some(guess) => guess.to_string(),
        None => "application/octet-stream".to_owned(),
    };
    let mut head = disposition("file", path);
    head.extend(format!("Content-Length: {size}\r\nContent-Type: {content_type}\r\n\r\n").bytes());
    form.write_all(&head).await?;
    // To the end, whatever was announced: files of `/proc` are announced as empty.
    let mut file = BufReader::with_capacity(CHUNK, file);
    tokio::io::copy_buf(&mut file, form).await?;
    Ok(())
}

async fn write_error_part(
    form: &mut DuplexStream,
    call: &Call,
    path: &str,
    problem: &Problem,
) -> io::Result<()> {
    let body = problem.body(call.state.error_shape(), path, &call.method);
    let mut part = disposition("error", path);
    part.extend(format!("Content-Type: application/json; charset=utf-8\r\n\r\n{body}").bytes());
    form.write_all(&part).await
}

/// Opens a file and asks the open file for its size, so that both are of the same file. Unlike the
/// other file handlers, this one always says what went wrong.
async fn open(call: &Call, path: &str) -> Result<(File, u64), Problem> {
    let invalid = |reason: String| Problem {
        status: StatusCode::BAD_REQUEST,
        code: "INVALID_FILE_PATH",
        message: format!("invalid file path: {reason}"),
    };
    if path.is_empty() {
        return Err(invalid("path is empty".to_owned()));
    }
    let opened = async {
        let file = File::open(call.locate(path)?).await?;
        let metadata = file.metadata().await?;
        io::Result::Ok((file, metadata))
    };
    let (file, metadata) = opened.await.map_err(|error| open_error(path, &error))?;
    if metadata.is_dir() {
        return Err(invalid(format!("path points to a directory: {path}")));
    }
    Ok((file, metadata.len()))
}

fn open_error(path: &str, error: &io::Error) -> Problem {
    let (status, code, message) = match error.kind() {
        io::ErrorKind::NotFound => (
            StatusCode::NOT_FOUND,
            "FILE_NOT_FOUND",
            format!("file not found: {path}"),
        ),
        io::ErrorKind::PermissionDenied => (
            StatusCode::FORBIDDEN,
            "FILE_ACCESS_DENIED",
            format!("permission denied: {path}"),
        ),
        io::ErrorKind::InvalidInput => (
            StatusCode::BAD_REQUEST,
            "INVALID_FILE_PATH",
            format!("invalid file path: {path}"),
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "FILE_READ_FAILED",
            format!(
                "failed to open file: open {path}: {}",
                go::error_text(error)
            ),
        ),
    };
    Problem {
        status,
        code,
        message,
    }
}

/// A part's `Content-Disposition` line: the path as it was asked, twice, the first time in Latin-1.
fn disposition(name: &str, path: &str) -> Vec<u8> {
    let mut line =
        format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"").into_bytes();
    line.extend(latin1(path));
    line.extend(format!("\"; filename*=utf-8''{}\r\n", rfc5987(path)).bytes());
    line
}

/// A path as the quoted text of a header: Latin-1, line ends left out, the rest replaced by `_`.
fn latin1(path: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '\r' | '\n' | '\0' => {}
            '\\' | '"' => text.extend([b'\\', letter as u8]),
            '\u{1}'..='\u{1f}' | '\u{7f}' => text.push(b'_'),
            _ => text.push(u8::try_from(letter).unwrap_or(b'_')),
        }
    }
    text
}

/// A path percent-encoded for `filename*`.
fn rfc5987(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(byte.into());
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let part = |start, length| Range::Part { start, length };
        for (header, expected) in [
            ("", Range::All),
            ("items=0-1", Range::All),
            ("bytes=0-0,2-2", Range::All),
            ("bytes=0-0", part(0, 1)),
            ("bytes=2-", part(2, 8)),
            ("bytes=2-99", part(2, 8)),
            ("bytes=-3", part(7, 3)),
            ("bytes=-99", part(0, 10)),
            ("bytes=10-", Range::Unsatisfiable),
            ("bytes=3-2", Range::Unsatisfiable),
            ("bytes=x", Range::Unsatisfiable),
            ("bytes=-", Range::Unsatisfiable),
        ] {
            assert_eq!(parse_range(header, 10), expected, "{header:?}");
        }
    }

    #[test]
    fn file_names_in_headers() {
        assert_eq!(latin1("a\"b\\c\r\n\tñ→"), b"a\\\"b\\\\c_\xf1_");
        assert_eq!(rfc5987("a b/ñ+"), "a%20b%2F%C3%B1+");
    }
}
