//! *Did you mean*.

/// The candidate that `name` was probably meant to be: the nearest one, when at most one letter in four (and
/// one more) differs.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = 1 + name.chars().count() / 4;
    let distances = candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let near =
        distances.filter(|(distance, candidate)| *distance <= most && *distance < candidate.chars().count());
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        let names = ["transform", "default", "on", "order"];
        assert_eq!(suggest("transfrom", names), Some("transform"));
        assert_eq!(suggest("Default", names), Some("default"));
        assert_eq!(suggest("oder", names), Some("order"));
        assert_eq!(suggest("x", names), None, "a suggestion shares at least one letter");
        assert_eq!(suggest("marker", names), None);
        assert_eq!(suggest("order", ["order"]), None, "a name is no suggestion for itself");
    }
}
