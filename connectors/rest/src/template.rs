//! Texts that name values: `{url}/wp-json`. Names are replaced, and nothing else happens.

/// A template that cannot be read, or a name that has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// A brace without its partner.
    #[error("a `{{` needs its `}}`")]
    Unclosed,
    /// Nothing has this name.
    #[error("there is no `{{{0}}}`")]
    Unknown(String),
}

/// The names in a template, in their order.
pub(crate) fn names(template: &str) -> Result<Vec<&str>, Fault> {
    let mut names = Vec::new();
    walk(template, |piece| {
        if let Piece::Name(name) = piece {
            names.push(name);
        }
        Ok(())
    })?;
    Ok(names)
}

/// The text, with each name replaced by its value.
pub(crate) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Fault> {
    let mut text = String::with_capacity(template.len());
    walk(template, |piece| {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Name(name) => {
                text.push_str(&value(name).ok_or_else(|| Fault::Unknown(name.to_owned()))?);
            }
        }
        Ok(())
    })?;
    Ok(text)
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn walk<'a>(template: &'a str, mut each: impl FnMut(Piece<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(Fault::Unclosed)?;
        if before.contains('}') || name.contains('{') {
            return Err(Fault::Unclosed);
        }
        each(Piece::Text(before))?;
        each(Piece::Name(name))?;
        rest = after;
    }
    if rest.contains('}') { Err(Fault::Unclosed) } else { each(Piece::Text(rest)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_braces_need_partners() {
        let value = |name: &str| (name == "url").then(|| "https://a.example".to_owned());
        assert_eq!(fill("{url}/v3", value), Ok("https://a.example/v3".to_owned()));
        assert_eq!(fill("{url}/{realm}", value), Err(Fault::Unknown("realm".to_owned())));
        assert_eq!(names("a{b}c{d}"), Ok(vec!["b", "d"]));
        for broken in ["{url", "url}", "{a{b}}", "}{"] {
            assert_eq!(names(broken), Err(Fault::Unclosed), "{broken}");
        }
    }
}
