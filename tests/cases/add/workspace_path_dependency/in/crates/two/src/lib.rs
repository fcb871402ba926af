//! What agents share.
