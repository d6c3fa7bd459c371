//! Makes an emulator fail as networks and services fail, the same way in each run of the same plan.

mod faulty;
mod plan;
#[cfg(test)]
mod tests;

pub use faulty::{Answer, Faulty, Way};
pub use plan::{Fault, FaultPlan, Trigger, What, Window};
