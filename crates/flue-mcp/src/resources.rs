//! Files as resources: `sandbox:///home/daytona/notes.txt` is a file by its absolute path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::json;

use crate::failure::{self, Failure};
use crate::images;
use crate::tools::{Bench, file_at, files_below};

const SCHEME: &str = "sandbox://";

/// What stays as it is in a path of a URI.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// How the address of a file is made.
pub(crate) fn template() -> ResourceTemplate {
    ResourceTemplate::new("sandbox://{+path}", "file")
        .with_title("A file in the sandbox")
        .with_description("`path` is absolute.")
}

/// The files below the working directory, as many as a folder shows.
pub(crate) async fn list(bench: Bench<'_>) -> Result<Vec<Resource>, ErrorData> {
    let paths = files_below(bench).await.map_err(unavailable)?;
    let resource = |path: String| Resource::new(uri(&bench.env.resolve_path(&path)), path);
    Ok(paths
        .into_iter()
        .take(bench.limits.paths)
        .map(resource)
        .collect())
}

/// The file with this address: as text if it is, else as bytes.
pub(crate) async fn read(bench: Bench<'_>, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let path = path_of(uri)?;
    let fetched = async {
        file_at(bench, &path).await?;
        Ok(bench.env.read_file_buffer(&path).await?)
    };
    let bytes = fetched.await.map_err(unavailable)?;
    let contents = match String::from_utf8(bytes) {
        Ok(text) => ResourceContents::text(text, uri),
        Err(error) => {
            let bytes = error.as_bytes();
            let mime_type = images::mime_type(bytes).unwrap_or("application/octet-stream");
            ResourceContents::blob(images::base64(bytes), uri).with_mime_type(mime_type)
        }
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

fn uri(path: &str) -> String {
    format!("{SCHEME}{}", utf8_percent_encode(path, ESCAPED))
}

fn path_of(uri: &str) -> Result<String, ErrorData> {
    let path = uri
        .strip_prefix(SCHEME)
        .filter(|path| path.starts_with('/'));
    let path = path.and_then(|path| percent_decode_str(path).decode_utf8().ok());
    path.map(Into::into).ok_or_else(|| {
        ErrorData::invalid_params(
            format!("`{uri}` is not like `sandbox:///absolute/path`"),
            None,
        )
    })
}

fn unavailable(failure: Failure) -> ErrorData {
    let data = Some(json!({ failure::KEY: failure.word }));
    match failure.word {
        "not-found" => ErrorData::resource_not_found(failure.message, data),
        _ => ErrorData::invalid_request(failure.message, data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_has_an_address() {
        for (path, address) in [
            ("/w/a.txt", "sandbox:///w/a.txt"),
            ("/w/naïve #1?.md", "sandbox:///w/na%C3%AFve%20%231%3F.md"),
        ] {
            assert_eq!(uri(path), address);
            assert_eq!(path_of(address).unwrap(), path);
        }
    }

    #[test]
    fn what_is_no_address_is_told() {
        for uri in ["file:///w/a.txt", "sandbox://w/a.txt", "sandbox:///%ff", ""] {
            assert!(path_of(uri).is_err(), "{uri}");
        }
    }
}
