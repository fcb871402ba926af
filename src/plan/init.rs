//! Starting a project: what is missing is written, what is there stays.

use super::{Plan, add};
use crate::error::{self, Failure};
use crate::inspect::Item;

/// Plans to complete `items`, which make a project.
///
/// # Errors
///
/// All problems that the user has to put right first.
pub(crate) fn init(items: Vec<Item>) -> Result<Plan, Failure> {
    let items = items.into_iter();
    Ok(Plan::of(error::all(items.map(add::complete))?))
}
