//! Local stand-ins of web services: state machines with a thin face of HTTP.
//!
//! [`Emulator`] is a service without clock, network or randomness. [`Journaled`] tells what changed it, so that it
//! can be restored; [`Faulty`] makes it fail as networks and services fail; [`serve`] puts it on a socket.

mod emulator;
mod face;
mod fault;
mod journal;
pub mod quickbooks;
pub mod supabase;
pub mod woocommerce;

pub use emulator::{Emulator, Takes};
pub use face::{Shared, serve};
pub use fault::{Answer, Fault, FaultPlan, Faulty, Trigger, Way, What, Window};
pub use journal::{Entry, Journaled, Unreadable, replay};
