//! Transforms of text.

use super::{Example, Group, NO_ARGUMENT, Shape, Spec, fails, schema, to};
use crate::transform::{
    Characters, Digest, Overflow, Side, Transform,
    parse::{Argument, Bad, Read},
    phone,
    text::HASH_SUFFIX,
};

const CHARACTERS: [(&str, Characters); 3] = [
    ("digits", Characters::Digits),
    ("letters", Characters::Letters),
    ("letters_and_digits", Characters::LettersAndDigits),
];
const SIDES: [(&str, Side); 2] = [("start", Side::Start), ("end", Side::End)];
const OVERFLOWS: [(&str, Overflow); 3] =
    [("cut", Overflow::Cut), ("hash_suffix", Overflow::HashSuffix), ("fail", Overflow::Fail)];
const DIGESTS: [(&str, Digest); 2] = [("sha256", Digest::Sha256), ("blake3", Digest::Blake3)];

const fn bare(
    name: &'static str,
    doc: &'static str,
    examples: &'static [Example],
    read: fn(&Argument<'_>) -> Read<Transform>,
) -> Spec {
    Spec { name, group: Group::Text, doc, usage: NO_ARGUMENT, examples, shape: Shape::Bare, read }
}

pub(super) static TEXT: Spec = bare(
    "text",
    "The text of a number or boolean, digits as they are.",
    &[to("\"text\"", "12.50", r#""12.50""#), to("\"text\"", "true", r#""true""#), fails("\"text\"", "[1]")],
    |argument| argument.none(Transform::Text),
);

pub(super) static TRIM: Spec = bare(
    "trim",
    "Removes white space at both ends; an empty text stays.",
    &[to("\"trim\"", r#"" Ada ""#, r#""Ada""#), to("\"trim\"", r#""  ""#, r#""""#)],
    |argument| argument.none(Transform::Trim),
);

pub(super) static COLLAPSE_SPACES: Spec = bare(
    "collapse_spaces",
    "Makes every run of white space, line breaks too, one space, and removes it at both ends.",
    &[to("\"collapse_spaces\"", r#"" Ada \n  Lovelace ""#, r#""Ada Lovelace""#)],
    |argument| argument.none(Transform::CollapseSpaces),
);

pub(super) static LOWERCASE: Spec = bare(
    "lowercase",
    "Makes letters small; the text keeps its length.",
    &[
        to("\"lowercase\"", r#""Ada@X.COM""#, r#""ada@x.com""#),
        to("\"lowercase\"", r#""İZMİR""#, r#""izmir""#),
    ],
    |argument| argument.none(Transform::Lowercase),
);

pub(super) static UPPERCASE: Spec = bare(
    "uppercase",
    "Makes letters capital; the text keeps its length, so a letter without a single capital letter stays.",
    &[to("\"uppercase\"", r#""cad""#, r#""CAD""#), to("\"uppercase\"", r#""große""#, r#""GROßE""#)],
    |argument| argument.none(Transform::Uppercase),
);

pub(super) static REPLACE: Spec = Spec {
    name: "replace",
    group: Group::Text,
    doc: "Replaces every occurrence of a text.",
    usage: "`{ replace = { from = \":\", to = \"-\" } }`, `from` not empty",
    examples: &[to(r#"{ replace = { from = ":", to = "-" } }"#, r#""a:b:c""#, r#""a-b-c""#)],
    shape: Shape::Needed(|| {
        schema::table(&[("from", schema::some_text()), ("to", schema::text())], &["from", "to"])
    }),
    read: |argument| {
        let table = argument.table(&["from", "to"])?;
        Ok(Transform::Replace { from: table.some_text("from")?, to: table.text("to")? })
    },
};

pub(super) static PREFIX: Spec = Spec {
    name: "prefix",
    group: Group::Text,
    doc: "Puts a text before.",
    usage: "`{ prefix = \"W\" }`",
    examples: &[to(r#"{ prefix = "W" }"#, "1001", r#""W1001""#)],
    shape: Shape::Needed(schema::text),
    read: |argument| argument.text().map(Transform::Prefix),
};

pub(super) static SUFFIX: Spec = Spec {
    name: "suffix",
    group: Group::Text,
    doc: "Puts a text after.",
    usage: "`{ suffix = \"-R\" }`",
    examples: &[to(r#"{ suffix = "-R" }"#, r#""7""#, r#""7-R""#)],
    shape: Shape::Needed(schema::text),
    read: |argument| argument.text().map(Transform::Suffix),
};

pub(super) static PAD: Spec = Spec {
    name: "pad",
    group: Group::Text,
    doc: "Fills a text up to a length with one character, at its start unless `side = \"end\"`.",
    usage: "`{ pad = { length = 8, with = \"0\" } }`, with one character, at most 1000 long",
    examples: &[
        to(r#"{ pad = { length = 6, with = "0" } }"#, "42", r#""000042""#),
        to(r#"{ pad = { length = 4, with = ".", side = "end" } }"#, r#""ab""#, r#""ab..""#),
        to(r#"{ pad = { length = 2, with = "0" } }"#, r#""abc""#, r#""abc""#),
    ],
    shape: Shape::Needed(|| {
        let with = schema::some_text();
        let members = [("length", schema::length()), ("with", with), ("side", schema::words(&SIDES))];
        schema::table(&members, &["length", "with"])
    }),
    read: |argument| {
        let table = argument.table(&["length", "with", "side"])?;
        let length = positive(table.whole("length")?)?;
        if length > LONGEST_PAD {
            return Err(Bad::Form);
        }
        let with = table.text("with")?;
        let mut characters = with.chars();
        let (Some(with), None) = (characters.next(), characters.next()) else { return Err(Bad::Form) };
        Ok(Transform::Pad { length, with, side: table.word_or("side", &SIDES, Side::Start)? })
    },
};

const LONGEST_PAD: usize = 1000;

pub(super) static SLICE: Spec = Spec {
    name: "slice",
    group: Group::Text,
    doc: "The characters from one position up to another, counted from 0; negative positions count from the \
          end.",
    usage: "`{ slice = { from = 0, to = 8 } }`, at least one of both",
    examples: &[
        to("{ slice = { to = 3 } }", r#""2026-01-10""#, r#""202""#),
        to("{ slice = { from = 5, to = 7 } }", r#""2026-01-10""#, r#""01""#),
        to("{ slice = { from = -4 } }", r#""4111111111111234""#, r#""1234""#),
    ],
    shape: Shape::Needed(|| schema::table(&[("from", schema::whole()), ("to", schema::whole())], &[])),
    read: |argument| {
        let table = argument.table(&["from", "to"])?;
        if !table.has("from") && !table.has("to") {
            return Err(Bad::Form);
        }
        let to = if table.has("to") { Some(table.whole("to")?) } else { None };
        Ok(Transform::Slice { from: table.whole_or("from", 0)?, to })
    },
};

pub(super) static ONLY: Spec = Spec {
    name: "only",
    group: Group::Text,
    doc: "Keeps only certain characters: `digits` (0 to 9), `letters` of any script, or `letters_and_digits`.",
    usage: "`{ only = \"digits\" }`, `\"letters\"` or `\"letters_and_digits\"`",
    examples: &[
        to(r#"{ only = "digits" }"#, r#""T5J 0N3""#, r#""503""#),
        to(r#"{ only = "letters_and_digits" }"#, r#""T5J 0N3""#, r#""T5J0N3""#),
    ],
    shape: Shape::Needed(|| schema::words(&CHARACTERS)),
    read: |argument| argument.word(&CHARACTERS).map(Transform::Only),
};

pub(super) static NORMALIZE: Spec = bare(
    "normalize",
    "Writes letters with accents as one character each (Unicode NFC), so that equal texts are equal.",
    &[to("\"normalize\"", r#""Zoe\u0308""#, r#""Zoë""#)],
    |argument| argument.none(Transform::Normalize),
);

pub(super) static REMOVE_ACCENTS: Spec = bare(
    "remove_accents",
    "Takes the accents off letters.",
    &[to("\"remove_accents\"", r#""Zoë Ångström""#, r#""Zoe Angstrom""#)],
    |argument| argument.none(Transform::RemoveAccents),
);

pub(super) static STRIP_HTML: Spec = bare(
    "strip_html",
    "The text of HTML, much as a browser shows it: without tags, comments, scripts and styles, entities \
     resolved, white space as one space; blocks and `<br>` start a new line.",
    &[
        to("\"strip_html\"", r#""<p>Fish &amp; <b>chips</b></p>""#, r#""Fish & chips""#),
        to("\"strip_html\"", r#""<ul><li>one</li><li>two</li></ul>""#, r#""one\ntwo""#),
        to("\"strip_html\"", r#""1 < 2""#, r#""1 < 2""#),
    ],
    |argument| argument.none(Transform::StripHtml),
);

pub(super) static FIT: Spec = Spec {
    name: "fit",
    group: Group::Text,
    doc: "Makes a text at most so many characters long. A longer text is cut; with `overflow = \"fail\"` the \
          record fails; with `overflow = \"hash_suffix\"` it is cut and ends with a hash of the whole, so that \
          different texts stay different.",
    usage: "`{ fit = 100 }` or `{ fit = { length = 21, overflow = \"fail\" } }`",
    examples: &[
        to("{ fit = 3 }", r#""Zoë B""#, r#""Zoë""#),
        fails(r#"{ fit = { length = 3, overflow = "fail" } }"#, r#""abcd""#),
        to(
            r#"{ fit = { length = 12, overflow = "hash_suffix" } }"#,
            r#""order-2026-000017""#,
            r#""ord-8d9089a5""#,
        ),
    ],
    shape: Shape::Needed(|| {
        let members = [("length", schema::length()), ("overflow", schema::words(&OVERFLOWS))];
        schema::either(&schema::length(), &schema::table(&members, &["length"]))
    }),
    read: fit,
};

fn fit(argument: &Argument<'_>) -> Read<Transform> {
    let (length, overflow) = if argument.is_table() {
        let table = argument.table(&["length", "overflow"])?;
        (table.whole("length")?, table.word_or("overflow", &OVERFLOWS, Overflow::Cut)?)
    } else {
        (argument.whole()?, Overflow::Cut)
    };
    let length = positive(length)?;
    if overflow == Overflow::HashSuffix && length <= HASH_SUFFIX {
        return Err(Bad::Needs("a length over 9 to keep anything before its hash"));
    }
    Ok(Transform::Fit { length, overflow })
}

fn positive(length: usize) -> Read<usize> {
    if length == 0 { Err(Bad::Form) } else { Ok(length) }
}

pub(super) static SPLIT: Spec = Spec {
    name: "split",
    group: Group::Text,
    doc: "The list of the parts between separators; an empty text has no parts.",
    usage: "`{ split = \",\" }`, not empty",
    examples: &[
        to(r#"{ split = "," }"#, r#""red,green""#, r#"["red","green"]"#),
        to(r#"{ split = "," }"#, r#""""#, "[]"),
    ],
    shape: Shape::Needed(schema::some_text),
    read: |argument| argument.some_text().map(Transform::Split),
};

pub(super) static REGEX_REPLACE: Spec = Spec {
    name: "regex_replace",
    group: Group::Patterns,
    doc: "Replaces every match of a regular expression. In `to`, `$1` or `${1}` stands for what the first \
          group matched, `$$` for a dollar.",
    usage: "`{ regex_replace = { pattern = '\\s+', to = \" \" } }`",
    examples: &[
        to(
            r#"{ regex_replace = { pattern = '(\d{3})-(\d{4})', to = "$2/$1" } }"#,
            r#""555-0199""#,
            r#""0199/555""#,
        ),
        to(r#"{ regex_replace = { pattern = '[^0-9.]', to = "" } }"#, r#""CAD 1,250.00""#, r#""1250.00""#),
    ],
    shape: Shape::Needed(|| {
        schema::table(&[("pattern", schema::text()), ("to", schema::text())], &["pattern", "to"])
    }),
    read: |argument| {
        let table = argument.table(&["pattern", "to"])?;
        Ok(Transform::RegexReplace { pattern: table.pattern("pattern")?, to: table.text("to")? })
    },
};

pub(super) static REGEX_EXTRACT: Spec = Spec {
    name: "regex_extract",
    group: Group::Patterns,
    doc: "What the first group of a regular expression matches, or the whole expression when it has no \
          group; `null` when it does not match.",
    usage: "`{ regex_extract = 'INV-(\\d+)' }`",
    examples: &[
        to(r"{ regex_extract = 'INV-(\d+)' }", r#""see INV-1042""#, r#""1042""#),
        to(r"{ regex_extract = '\d+' }", r#""none""#, "null"),
    ],
    shape: Shape::Needed(schema::text),
    read: |argument| argument.pattern().map(Transform::RegexExtract),
};

pub(super) static MATCHES: Spec = Spec {
    name: "matches",
    group: Group::Patterns,
    doc: "Whether a regular expression matches anywhere in the text.",
    usage: "`{ matches = '^\\d+$' }`",
    examples: &[
        to(r"{ matches = '^\d+$' }", r#""1042""#, "true"),
        to(r"{ matches = '^\d+$' }", r#""W1042""#, "false"),
    ],
    shape: Shape::Needed(schema::text),
    read: |argument| argument.pattern().map(Transform::Matches),
};

pub(super) static PHONE: Spec = Spec {
    name: "phone",
    group: Group::Others,
    doc: "A telephone number in the international form E.164. A number without a country code is one of the \
          given country. A number that cannot exist fails.",
    usage: "the country of numbers without a country code: `{ phone = \"CA\" }`",
    examples: &[
        to(r#"{ phone = "CA" }"#, r#""(780) 555-0199""#, r#""+17805550199""#),
        to(r#"{ phone = "CA" }"#, r#""+44 20 7946 0958""#, r#""+442079460958""#),
        to(r#"{ phone = "CA" }"#, r#""""#, "null"),
        fails(r#"{ phone = "CA" }"#, r#""12""#),
    ],
    shape: Shape::Needed(schema::some_text),
    read: |argument| {
        let code = argument.text()?;
        match phone::country(&code) {
            Some(_) => Ok(Transform::Phone(code)),
            None => Err(Bad::Invalid(format!("there is no country `{code}`; codes are like `CA`"))),
        }
    },
};

pub(super) static HASH: Spec = Spec {
    name: "hash",
    group: Group::Others,
    doc: "The hash of a text in hexadecimal digits: `sha256` or `blake3`. It hides nothing that can be guessed.",
    usage: "`{ hash = \"sha256\" }` or `\"blake3\"`",
    examples: &[to(
        r#"{ hash = "sha256" }"#,
        r#""abc""#,
        r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
    )],
    shape: Shape::Needed(|| schema::words(&DIGESTS)),
    read: |argument| argument.word(&DIGESTS).map(Transform::Hash),
};
