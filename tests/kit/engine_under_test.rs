//! The engine as users run it, built with the places where a test can slow or stop it.

use std::process::ExitCode;

fn main() -> ExitCode {
    engine_cli::main()
}
