//! The way from arguments to an exit code.

use crate::{
    args, command,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    surroundings,
};
use std::process::ExitCode;

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    let cli = match args::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // Nobody is left to hear that the terminal is gone.
            drop(error.print());
            return ExitCode::from(exit.number());
        }
    };
    surroundings::start_log(cli.global.verbose);
    let output = Output::new(&cli.global);
    let result: Result<Exit> = command::dispatch(&cli, &output);
    let exit = result.unwrap_or_else(|error: CommandError| {
        output.error(&error);
        error.exit
    });
    ExitCode::from(exit.number())
}
