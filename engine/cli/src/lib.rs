//! The command line: arguments, commands, output. The only place that reads the environment, opens the
//! project's folder and knows every connector.

mod args;
mod command;
mod diagnostic;
mod error;
mod exit;
mod files;
mod key;
mod output;
mod progress;
mod report;
mod select;
mod start;
mod surroundings;
mod table;
mod workspace;

pub use start::main;
