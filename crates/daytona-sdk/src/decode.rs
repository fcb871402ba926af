//! Reading JSON of servers that are newer, older or sloppier than expected.

use std::time::SystemTime;

use jiff::Timestamp;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// The value, or the default where the field is `null` or of a type that nobody expects. With
/// `#[serde(default)]` it may be missing, too.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// A time as the servers write it, or nothing where it is something else.
pub(crate) fn rfc_3339(text: &str) -> Option<SystemTime> {
    SystemTime::try_from(text.parse::<Timestamp>().ok()?).ok()
}
