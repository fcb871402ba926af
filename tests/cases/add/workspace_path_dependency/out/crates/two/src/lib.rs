//! What agents share.

pub mod sandboxes;
