// flue-blueprint: sandbox/daytona@1
//! Edited.
