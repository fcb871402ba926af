//! What the daemon says about a file.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde::Deserialize;

use crate::decode::or_default;

/// A file or folder in a sandbox. Of a symbolic link it describes the target; that there is a link
/// does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileInfo {
    /// The last part of the path.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The size in bytes.
    pub size: u64,
    /// Kind and permissions as Go prints them: `-rw-r--r--`, `drwxr-xr-x`, and `dtrwxrwxrwx` for
    /// `/tmp`.
    #[serde(default, deserialize_with = "or_default")]
    pub mode: String,
    /// When the content changed last, as Go prints it, in the zone of the sandbox.
    /// [`FileInfo::modified`] reads it.
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
    /// When the content changed last: from `modified_at`, else from `mod_time` in whatever zone it
    /// is, else `None`.
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

/// Reads `2026-06-23 15:33:38.123456789 +0200 CEST`. The offset decides; the zone's name after it
/// may be anything.
fn parse_go_time(text: &str) -> Option<Timestamp> {
    let (name_at, _) = text.match_indices(' ').nth(2).unwrap_or((text.len(), ""));
    strtime::parse("%Y-%m-%d %H:%M:%S%.f %z", &text[..name_at])
        .ok()?
        .to_timestamp()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::FileInfo;

    /// 2026-06-23 13:33:38 UTC.
    const SECONDS: u64 = 1_782_221_618;

    fn info(json: &str) -> FileInfo {
        serde_json::from_str(json).unwrap()
    }

    fn modified(fields: &str) -> Option<Duration> {
        let info = info(&format!(r#"{{"name":"f","size":1,"isDir":false{fields}}}"#));
        let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH);
        info.modified().map(|time| since_epoch(time).unwrap())
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
        assert_eq!(
            (info.owner.as_str(), info.permissions.as_str()),
            ("0", "0644")
        );
        assert_eq!(
            info.modified(),
            Some(SystemTime::UNIX_EPOCH + Duration::new(SECONDS, 123_456_789))
        );
    }

    #[test]
    fn what_a_caller_would_act_on_is_not_made_up() {
        assert!(serde_json::from_str::<FileInfo>(r#"{"name":"f","isDir":false}"#).is_err());
        assert!(serde_json::from_str::<FileInfo>(r#"{"name":"f","size":5}"#).is_err());
        assert_eq!(
            info(r#"{"size":0,"isDir":true,"owner":null,"mode":7}"#).owner,
            ""
        );
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
