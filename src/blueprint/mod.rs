//! Blueprints: the versioned recipes that the command can add, embedded in the binary.
//!
//! This module owns what `templates/` says: the model, the catalogue, markers and rendering. The build script reads the
//! directory and renders ahead what is usual, so that a run parses none of it. It knows nothing of the user's project.

pub(crate) mod catalogue;
pub(crate) mod context;
mod engine;
pub(crate) mod marker;
mod model;
pub(crate) mod notes;
pub(crate) mod starter;
mod template;
pub(crate) mod texts;
pub(crate) mod usual;

pub(crate) use model::{
    Blueprint, Ecosystem, EnvironmentVariable, Own, Part, Runtime, Sdk, Source, UpstreamText,
    Variant,
};
pub(crate) use template::render_shared;
