//! Sandboxes that agents can work in.

pub mod daytona;
