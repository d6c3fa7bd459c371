//! Services that answer wrongly, late, too much or not at all, over the real network of this machine: each has an
//! error that says what to do, what was settled stays, and the next run carries on.

mod books;
pub(crate) mod both;
mod canary;
mod closed;
mod hosts;
mod login;
mod scene;
mod shape;
mod store;

use kit::Outcome;

/// The outcome has this error, with a sentence that says `words`, and a line that says what to do.
#[track_caller]
fn told(outcome: &Outcome, code: &str, words: &str) {
    let text = outcome.printed();
    let start = format!("error[{code}]: ");
    let mut lines = text.lines().skip_while(|line| !line.contains(&start));
    let said = lines.next().unwrap_or_default();
    assert!(!said.is_empty(), "there is no {code}: {}", outcome.snapshot());
    assert!(said.contains(words), "`{words}` is not said: {said}");
    let help = lines.next().is_some_and(|line| line.starts_with("  help: "));
    assert!(help, "nothing says what to do: {}", outcome.snapshot());
}
