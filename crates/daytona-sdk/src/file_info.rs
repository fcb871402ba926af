//! What the daemon says about a file.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde::Deserialize;

use crate::decode::or_default;

/// A file or folder in a sandbox. Of a symbolic link it describes the target; that there is a link does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileInfo {
    /// The last part of the path.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The size in bytes.
    pub size: u64,
    /// Kind and permissions as Go prints them: `-rw-r--r--`, `drwxr-xr-x`, and `dtrwxrwxrwx` for `/tmp`.
    #[serde(default, deserialize_with = "or_default")]
    pub mode: String,
    /// When the content changed last, as Go prints it, in the zone of the sandbox. [`FileInfo::modified`] reads it.
    #[serde(default, deserialize_with = "or_default")]
    pub mod_time: Option<String>,
    /// When the content changed last, as RFC 3339. Older daemons do not say it.
    #[serde(default, deserialize_with = "or_default")]
    pub modified_at: Option<String>,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// The owner's numeric id.
    #[serde(default, deserialize_with = "or_default")]
    pub owner: String,
    /// The group's numeric id.
    #[serde(default, deserialize_with = "or_default")]
    pub group: String,
    /// The permissions as four octal digits, such as `0644`.
    #[serde(default, deserialize_with = "or_default")]
    pub permissions: String,
}

impl FileInfo {
    /// When the content changed last: from `modified_at`, else from `mod_time` in whatever zone it is, else `None`.
    pub fn modified(&self) -> Option<SystemTime> {
        let from_rfc_3339 = || {
            self.modified_at
                .as_deref()
                .and_then(|text| text.parse::<Timestamp>().ok())
        };
        let from_go = || self.mod_time.as_deref().and_then(parse_go_time);
        SystemTime::try_from(from_rfc_3339().or_else(from_go)?).ok()
    }
}

/// Reads `2026-06-23 15:33:38.123456789 +0200 CEST`. The offset decides; the zone's name after it may be anything.
fn parse_go_time(text: &str) -> Option<Timestamp> {
    let (name_at, _) = text.match_indices(' ').nth(2).unwrap_or((text.len(), ""));
    strtime::parse("%Y-%m-%d %H:%M:%S%.f %z", &text[..name_at])
        .ok()?
        .to_timestamp()
        .ok()
}
