//! What the daemon says about a file.

use std::time::SystemTime;

use jiff::fmt::strtime;
use serde::Deserialize;

use crate::decode::{or_default, rfc_3339};

/// A file or folder in a sandbox. Of a symbolic link it describes the target; that there is a link
/// does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileInfo {
    /// The last part of the path.
    pub name: String,
    /// The size in bytes.
    pub size: u64,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Kind and permissions as Go prints them: `-rw-r--r--`, `drwxr-xr-x`, and `dtrwxrwxrwx` for
    /// `/tmp`.
    pub mode: String,
    /// The permissions alone, such as `0o644`, if the daemon said them.
    pub permissions: Option<u32>,
    /// The owner's numeric id.
    pub owner: String,
    /// The group's numeric id.
    pub group: String,
    /// When the content changed last, if the daemon said it.
    pub modified: Option<SystemTime>,
}

/// The JSON of a file. What a caller would act on must be there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileInfoJson {
    size: u64,
    is_dir: bool,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    mode: String,
    /// Four octal digits.
    #[serde(default, deserialize_with = "or_default")]
    permissions: String,
    #[serde(default, deserialize_with = "or_default")]
    owner: String,
    #[serde(default, deserialize_with = "or_default")]
    group: String,
    /// As Go prints it, in the zone of the sandbox.
    #[serde(default, deserialize_with = "or_default")]
    mod_time: Option<String>,
    /// As RFC 3339. Older daemons do not say it.
    #[serde(default, deserialize_with = "or_default")]
    modified_at: Option<String>,
}

impl From<FileInfoJson> for FileInfo {
    fn from(json: FileInfoJson) -> Self {
        Self {
            permissions: u32::from_str_radix(&json.permissions, 8).ok(),
            modified: json.modified(),
            name: json.name,
            size: json.size,
            is_dir: json.is_dir,
            mode: json.mode,
            owner: json.owner,
            group: json.group,
        }
    }
}

impl FileInfoJson {
    /// From `modified_at`, else from `mod_time` in whatever zone it is.
    fn modified(&self) -> Option<SystemTime> {
        let from_go = || self.mod_time.as_deref().and_then(parse_go_time);
        self.modified_at
            .as_deref()
            .and_then(rfc_3339)
            .or_else(from_go)
    }
}

/// Reads `2026-06-23 15:33:38.123456789 +0200 CEST`. The offset decides; the zone's name after it
/// may be anything.
fn parse_go_time(text: &str) -> Option<SystemTime> {
    let (name_at, _) = text.match_indices(' ').nth(2).unwrap_or((text.len(), ""));
    let time = strtime::parse("%Y-%m-%d %H:%M:%S%.f %z", &text[..name_at]).ok()?;
    SystemTime::try_from(time.to_timestamp().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{FileInfo, FileInfoJson};

    /// 2026-06-23 13:33:38 UTC.
    const SECONDS: u64 = 1_782_221_618;

    fn info(json: &str) -> FileInfo {
        serde_json::from_str::<FileInfoJson>(json).unwrap().into()
    }

    fn modified(fields: &str) -> Option<Duration> {
        let info = info(&format!(r#"{{"name":"f","size":1,"isDir":false{fields}}}"#));
        let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH);
        info.modified.map(|time| since_epoch(time).unwrap())
    }

    #[test]
    fn reads_what_a_daemon_sends() {
        let info = info(
            r#"{"name":"hello.txt","size":5,"mode":"-rw-r--r--",
                "modTime":"2026-06-23 13:33:38.123456789 +0000 UTC",
                "modifiedAt":"2026-06-23T13:33:38.123456789Z",
                "isDir":false,"owner":"0","group":"0","permissions":"0644","sparse":true}"#,
        );

        assert_eq!(
            (info.name.as_str(), info.size, info.is_dir),
            ("hello.txt", 5, false)
        );
        assert_eq!((info.owner.as_str(), info.permissions), ("0", Some(0o644)));
        assert_eq!(
            info.modified,
            Some(SystemTime::UNIX_EPOCH + Duration::new(SECONDS, 123_456_789))
        );
    }

    #[test]
    fn what_a_caller_would_act_on_is_not_made_up() {
        assert!(serde_json::from_str::<FileInfoJson>(r#"{"name":"f","isDir":false}"#).is_err());
        assert!(serde_json::from_str::<FileInfoJson>(r#"{"name":"f","size":5}"#).is_err());
        let bare = FileInfo {
            is_dir: true,
            ..FileInfo::default()
        };
        let odd = r#"{"size":0,"isDir":true,"owner":null,"mode":7,"permissions":"rw"}"#;
        assert_eq!(info(odd), bare);
    }

    #[test]
    fn go_times_are_read_in_any_zone() {
        let whole = Some(Duration::from_secs(SECONDS));
        let go = |text: &str| modified(&format!(r#","modTime":"{text}""#));

        assert_eq!(go("2026-06-23 13:33:38 +0000 UTC"), whole);
        assert_eq!(go("2026-06-23 15:33:38 +0200 CEST"), whole);
        assert_eq!(go("2026-06-23 16:33:38 +0300 +03"), whole);
        assert_eq!(go("2026-06-23 10:03:38 -0330 -0330"), whole);
        assert_eq!(go("2026-06-23 19:03:38 +0530 IST"), whole);
        assert_eq!(go("2026-06-23 13:33:38 +0000"), whole);
        let fraction = Some(Duration::new(SECONDS, 500_000_000));
        assert_eq!(go("2026-06-23 13:33:38.5 +0000 UTC"), fraction);
    }

    #[test]
    fn a_time_that_cannot_be_read_is_no_time() {
        assert_eq!(modified(""), None);
        assert_eq!(modified(r#","modifiedAt":null,"modTime":null"#), None);
        assert_eq!(
            modified(r#","modifiedAt":"soon","modTime":"yesterday""#),
            None
        );
    }

    #[test]
    fn rfc_3339_goes_first_and_go_is_the_second_choice() {
        let both = r#","modifiedAt":"2026-06-23T15:33:38+02:00","modTime":"2001-01-01 00:00:00 +0000 UTC""#;
        assert_eq!(modified(both), Some(Duration::from_secs(SECONDS)));
        let broken = r#","modifiedAt":"soon","modTime":"2026-06-23 13:33:38 +0000 UTC""#;
        assert_eq!(modified(broken), Some(Duration::from_secs(SECONDS)));
    }
}
