//! `engine completions`: a script for the shell.

use crate::{
    args::{self, Completions, Shell},
    exit::Exit,
    output::Output,
};
use clap_complete::{Generator, generate, shells};

pub(super) fn run(arguments: &Completions, output: &Output) -> Exit {
    let script = match arguments.shell {
        Shell::Bash => script(shells::Bash),
        Shell::Elvish => script(shells::Elvish),
        Shell::Fish => script(shells::Fish),
        Shell::Nushell => script(clap_complete_nushell::Nushell),
        Shell::Power => script(shells::PowerShell),
        Shell::Zsh => script(shells::Zsh),
    };
    output.result(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}

fn script(shell: impl Generator) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut args::command(), "engine", &mut script);
    script
}
