//! Where each byte of a decoded TOML string stands in the file.

/// For each byte of the decoded text the offset in `raw` of what made it, and one more for the end. `raw` is
/// the string as written, quotes included. `None` when it is no string.
pub(crate) fn offsets(raw: &str) -> Option<Vec<usize>> {
    let (delimiter, is_literal) = delimiter(raw)?;
    let body_end = raw.len().checked_sub(delimiter)?;
    let mut body = raw.get(delimiter..body_end)?;
    if delimiter == 3 {
        body = body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).unwrap_or(body);
    }
    let start = body_end - body.len();
    if is_literal {
        return Some((start..=body_end).collect());
    }
    let mut decoder = Decoder { rest: body, at: start, offsets: Vec::with_capacity(body.len() + 1) };
    while decoder.step()? {}
    decoder.offsets.push(body_end);
    Some(decoder.offsets)
}

/// The length of the quotes, and whether escapes mean nothing between them.
fn delimiter(raw: &str) -> Option<(usize, bool)> {
    let is_long = raw.len() >= 6;
    match raw.as_bytes() {
        [b'\'', b'\'', b'\'', ..] if is_long => Some((3, true)),
        [b'"', b'"', b'"', ..] if is_long => Some((3, false)),
        [b'\'', .., b'\''] => Some((1, true)),
        [b'"', .., b'"'] => Some((1, false)),
        _ => None,
    }
}

struct Decoder<'a> {
    rest: &'a str,
    at: usize,
    offsets: Vec<usize>,
}

impl Decoder<'_> {
    /// Decodes one character or escape; false at the end, `None` when the escape is none.
    fn step(&mut self) -> Option<bool> {
        let Some(first) = self.rest.chars().next() else { return Some(false) };
        if first != '\\' {
            self.offsets.extend(self.at..self.at + first.len_utf8());
            self.skip(first.len_utf8())?;
            return Some(true);
        }
        let (length, decoded) = self.escape()?;
        self.offsets.extend(std::iter::repeat_n(self.at, decoded));
        self.skip(length)?;
        Some(true)
    }

    /// The length of the escape at the start of the rest, and how many bytes it stands for.
    fn escape(&self) -> Option<(usize, usize)> {
        let digits = match self.rest.chars().nth(1)? {
            'b' | 't' | 'n' | 'f' | 'r' | 'e' | '"' | '\\' => return Some((2, 1)),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            // A backslash at the end of a line swallows all white space up to the next visible character.
            _ => {
                let after = self.rest.get(1..)?;
                let visible = after.trim_start_matches([' ', '\t', '\n', '\r']);
                return Some((self.rest.len() - visible.len(), 0));
            }
        };
        let hex = self.rest.get(2..2 + digits)?;
        let decoded = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
        Some((2 + digits, decoded.len_utf8()))
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.rest = self.rest.get(length..)?;
        self.at += length;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileText, Text};
    use proptest::prelude::*;
    use std::sync::Arc;

    /// Something that may stand in a basic string, as written and as decoded.
    fn piece() -> impl Strategy<Value = (String, String)> {
        let escapes = [
            ("\\b", "\u{8}"),
            ("\\t", "\t"),
            ("\\n", "\n"),
            ("\\f", "\u{c}"),
            ("\\r", "\r"),
            ("\\e", "\u{1b}"),
            ("\\\"", "\""),
            ("\\\\", "\\"),
            ("\\x41", "A"),
            ("\\xe9", "é"),
            ("\\u00e9", "é"),
            ("\\U0001F600", "😀"),
        ];
        let escape =
            proptest::sample::select(escapes.to_vec()).prop_map(|(a, b)| (a.to_owned(), b.to_owned()));
        prop_oneof![escape, "[a-z '#$@é😀]".prop_map(|text| (text.clone(), text))]
    }

    /// Something that may stand in a multi-line basic string only.
    fn line_piece() -> impl Strategy<Value = (String, String)> {
        let breaks = ["\n", "\r\n"].map(|text| (text.to_owned(), text.to_owned()));
        let joins = ["\\\n", "\\\r\n  \t", "\\  \n\n  "].map(|text| (text.to_owned(), String::new()));
        prop_oneof![
            piece(),
            proptest::sample::select(breaks.to_vec()),
            proptest::sample::select(joins.to_vec())
        ]
    }

    /// What the TOML parser makes of `raw`; nothing when it refuses it.
    fn parsed(raw: &str) -> Option<String> {
        let (value, errors) = ::toml::de::DeValue::parse_recoverable(raw);
        errors.is_empty().then(|| value.get_ref().as_str().map(str::to_owned)).flatten()
    }

    /// Checks that every byte of the decoded text is found where it came from.
    fn check(raw: &str) {
        let Some(decoded) = parsed(raw) else { return };
        let offsets = offsets(raw).unwrap();
        assert_eq!(offsets.len(), decoded.len() + 1, "{raw:?}");
        assert!(offsets.is_sorted());
        for (at, char) in decoded.char_indices() {
            let source = raw.get(offsets[at]..).unwrap();
            assert!(source.starts_with(char) || source.starts_with('\\'), "{raw:?} {at}");
        }
        let after = raw.len()
            - if raw.len() >= 6 && (raw.starts_with("\"\"\"") || raw.starts_with("'''")) { 3 } else { 1 };
        assert_eq!(offsets.last(), Some(&after));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn each_byte_of_a_basic_string_maps_to_the_escape_that_made_it(pieces in prop::collection::vec(piece(), 0..12)) {
            let raw: String = pieces.iter().map(|(raw, _)| raw.as_str()).collect();
            let raw = format!("\"{raw}\"");
            let found = offsets(&raw).unwrap();
            let mut expected = Vec::new();
            let mut at = 1;
            for (raw, decoded) in &pieces {
                let is_escape = raw.starts_with('\\');
                expected.extend((0..decoded.len()).map(|byte| if is_escape { at } else { at + byte }));
                at += raw.len();
            }
            expected.push(at);
            prop_assert_eq!(found, expected);
            check(&raw);
        }

        #[test]
        fn strings_over_several_lines_agree_with_the_parser(pieces in prop::collection::vec(line_piece(), 0..12), newline in any::<bool>()) {
            let body: String = pieces.iter().map(|(raw, _)| raw.as_str()).collect();
            let first = if newline { "\r\n" } else { "" };
            check(&format!("\"\"\"{first}{body}\"\"\""));
        }

        #[test]
        fn literal_strings_agree_with_the_parser(body in "[a-z\\\\\"é😀 ]{0,12}", lines in "[a-z\\\\\"é😀 \n']{0,12}") {
            check(&format!("'{body}'"));
            check(&format!("'''\n{lines}'''"));
            check(&format!("'''{lines}''''"));
        }

        #[test]
        fn any_text_is_survived(raw in "\\PC{0,20}", start in 0usize..30, end in 0usize..30) {
            let text = Arc::new(FileText::new("a.toml", raw.clone()));
            let place = Text::new("whatever", &text, 0..raw.len()).place_of(start..end);
            prop_assert!(place.start <= place.end && place.end <= raw.len());
        }
    }

    #[test]
    fn a_place_inside_a_script_counts_lines_of_the_file() {
        let file = "a = 1\nscript = \"\"\"\\\n  let a = \\\"é\\\";\n  oops\n\"\"\"\n";
        let start = file.find("\"\"\"").unwrap();
        let raw = file.get(start..file.len() - 1).unwrap();
        let decoded = parsed(raw).unwrap();
        let text =
            Text::new(decoded.clone(), &Arc::new(FileText::new("a.toml", file)), start..file.len() - 1);
        let at = decoded.find("oops").unwrap();
        let place = text.place_of(at..at + 4);
        assert_eq!((place.line, place.column, file.get(place.start..place.end).unwrap()), (4, 3, "oops"));
        let at = decoded.find('é').unwrap();
        let place = text.place_of(at..at + 2);
        assert_eq!((place.line, place.column, file.get(place.start..place.end).unwrap()), (3, 13, "é"));
    }
}
