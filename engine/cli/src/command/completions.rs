//! `engine completions`: a script for the shell.

use crate::{
    args::{self, Completions},
    exit::Exit,
    output::Output,
};

pub(super) fn run(arguments: &Completions, output: &Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::command(), "engine", &mut script);
    output.result(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}
