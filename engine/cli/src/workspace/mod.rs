//! A loaded project: its files checked, its pipelines compiled, its state store at hand.

mod catalog;
mod check;
mod load;
mod pipeline;
mod state;
mod tenant;
mod wanted;

pub(crate) use load::{Depth, Workspace, unknown_pipeline};
pub(crate) use state::{StatePlace, runtime, unavailable};
pub(crate) use tenant::title;
pub(crate) use wanted::secret_names;
