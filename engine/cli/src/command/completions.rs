//! `engine completions`: a script for the shell.

use crate::{
    args::{self, Completions},
    error::Result,
    exit::Exit,
    output::Output,
};

pub(super) fn run(arguments: &Completions, output: &Output) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::command(), "engine", &mut script);
    output.result(String::from_utf8_lossy(&script).trim_end());
    Ok(Exit::Done)
}
