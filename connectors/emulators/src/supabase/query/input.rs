//! Text that is read letter by letter, and the refusal of what cannot be read.

use crate::supabase::error::Refusal;

/// Text under a cursor.
pub(super) struct Input<'a> {
    what: &'a str,
    text: &'a str,
    letters: Vec<char>,
    at: usize,
}

/// Where reading stopped, and what was expected there.
#[derive(Debug)]
pub(super) struct Stop(Refusal);

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        stop.0
    }
}

pub(super) type Read<T> = Result<T, Stop>;

impl<'a> Input<'a> {
    /// Reads `text`, which is a `what`: `filter`, `order`.
    pub(super) fn new(what: &'a str, text: &'a str) -> Self {
        Self { what, text, letters: text.chars().collect(), at: 0 }
    }

    /// Reads letters that stand in the address in another way than `text` says.
    pub(super) fn with_letters(what: &'a str, text: &'a str, letters: &str) -> Self {
        Self { what, text, letters: letters.chars().collect(), at: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.letters.len()
    }

    pub(super) fn place(&self) -> usize {
        self.at
    }

    pub(super) fn back_to(&mut self, place: usize) {
        self.at = place;
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    /// Takes a word if it stands here.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let stands = word
            .chars()
            .enumerate()
            .all(|(ahead, letter)| self.letters.get(self.at + ahead) == Some(&letter));
        if stands {
            self.at += word.chars().count();
        }
        stands
    }

    /// Takes a word whatever its case.
    pub(super) fn take_any_case(&mut self, word: &str) -> bool {
        let stands = word.chars().enumerate().all(|(ahead, letter)| {
            self.letters.get(self.at + ahead).is_some_and(|found| found.eq_ignore_ascii_case(&letter))
        });
        if stands {
            self.at += word.chars().count();
        }
        stands
    }

    /// Takes letters as long as they are of a kind.
    pub(super) fn take_while(&mut self, kind: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.peek().filter(|letter| kind(*letter)) {
            taken.push(letter);
            self.at += 1;
        }
        taken
    }

    pub(super) fn skip_blanks(&mut self) {
        self.take_while(|letter| letter == ' ' || letter == '\t');
    }

    /// Takes a letter that must stand here.
    pub(super) fn expect(&mut self, letter: char) -> Read<()> {
        if self.peek() == Some(letter) {
            self.at += 1;
            return Ok(());
        }
        Err(self.stop(&format!("\"{letter}\"")))
    }

    /// What stands between quotes that begin here, without its escapes.
    pub(super) fn quoted(&mut self) -> Read<String> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.extend(self.next()),
                Some(letter) => text.push(letter),
                None => return Err(self.stop("\"\\\"\"")),
            }
        }
    }

    /// The refusal of what stands here.
    pub(super) fn stop(&self, expected: &str) -> Stop {
        let found = self.peek().map_or_else(|| "end of input".to_owned(), |letter| format!("\"{letter}\""));
        let column = self.at + 1;
        let message = format!("\"failed to parse {} ({})\" (line 1, column {column})", self.what, self.text);
        Stop(
            Refusal::new(400, "PGRST100", message)
                .details(format!("unexpected {found} expecting {expected}")),
        )
    }
}
