//! Throws broken projects at the compiler, for as long as it is told to.
//!
//! `cargo run --release -p tests --bin fuzz -- MINUTES [SEED]`: takes the reference projects, damages their files in ways
//! that a tired author or a bad merge would and in ways that nobody would, and compiles them. Whatever the text:
//! no panic, every place lies inside its file, and a project of a megabyte is judged within a second. A failing
//! project is printed with its seed, by which it comes back: `MINUTES 0` and the seed run that one alone.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "what cannot be read ends the program, whose output is all there is of it"
)]

mod damage;
mod judge;

use mimalloc::MiMalloc;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::{process::ExitCode, time::Duration};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let (minutes, first) = (arguments.next().unwrap_or(1), arguments.next().unwrap_or(1));
    let projects = damage::reference_projects();
    let started = judge::now();
    let mut seed = first;
    loop {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let files = damage::damaged(&projects, &mut rng);
        if let Err(problem) = judge::judge(&files) {
            println!("seed {seed}: {problem}");
            return ExitCode::FAILURE;
        }
        seed += 1;
        if started.elapsed() >= Duration::from_secs(minutes * 60) {
            break;
        }
    }
    println!(
        "{} damaged projects in {minutes} minutes, seeds {first} to {}: none failed",
        seed - first,
        seed - 1
    );
    ExitCode::SUCCESS
}
