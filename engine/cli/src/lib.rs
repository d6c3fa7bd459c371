//! The command line: arguments, commands, output. The only place that reads the environment, opens the
//! project's folder and knows every connector.

mod args;
mod by_filter;
mod by_id;
mod command;
mod confirm;
mod custody;
mod described;
mod diagnostic;
mod doctor;
mod emulate;
mod error;
mod exit;
mod failed;
mod files;
mod git;
mod graph;
mod login;
mod moment;
mod network;
mod output;
mod pages;
mod plan;
mod progress;
mod prompt;
mod ready;
mod reconcile;
mod record;
mod remedy;
mod report;
mod select;
mod start;
mod surroundings;
mod table;
mod topics;
mod watch;
mod words;
mod workspace;

pub use described::registry;
pub use start::main;
