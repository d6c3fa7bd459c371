//! Columns without borders, as wide as their longest cell.

use unicode_width::UnicodeWidthStr;

/// Lays out a header and rows; columns are two spaces apart, and nothing trails.
pub(crate) fn columns(header: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (cell, width) in cells.zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width + 2 - cell.width().min(*width)));
        }
        text.trim_end().to_owned()
    };
    std::iter::once(line(&mut header.iter().copied()))
        .chain(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn wide_letters_count_as_they_show() {
        let rows = vec![vec!["日本".to_owned(), "1".to_owned()], vec!["a".to_owned(), "22".to_owned()]];
        assert_eq!(super::columns(&["NAME", "N"], &rows), ["NAME  N", "日本  1", "a     22"]);
    }
}
