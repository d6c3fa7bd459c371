//! The pages that explain codes: docs/diagnostics, inside the binary.

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code.
pub(crate) fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}

/// All codes with their pages, in alphabetical order.
pub(crate) fn all() -> &'static [(&'static str, &'static str)] {
    PAGES
}

/// The sentence that a page starts with.
pub(crate) fn summary(page: &str) -> &str {
    page.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
}
