//! A volume, which is a record only: nothing is mounted.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::errors::api_time;
use crate::sandbox::ORGANIZATION_ID;

/// A volume.
pub(crate) struct Volume {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created: Timestamp,
}

impl Volume {
    pub(crate) fn json(&self) -> Value {
        let created = api_time(self.created);
        json!({
            "id": self.id,
            "name": self.name,
            "organizationId": ORGANIZATION_ID,
            "state": "ready",
            "createdAt": created,
            "updatedAt": created,
            "lastUsedAt": null,
            "errorReason": null,
        })
    }
}
