//! A sale on paper: one page of PDF that says what it is.

use super::Request;
use crate::quickbooks::books::Books;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, money, reference, text};

/// `GET .../invoice/1/pdf`; nothing where the request asks for something else, or for what is not there.
pub(in crate::quickbooks) fn print(books: &Books, request: &Request<'_>) -> Option<Vec<u8>> {
    let [name, id, last] = request.path else { return None };
    if request.method != http::Method::GET || !last.eq_ignore_ascii_case("pdf") {
        return None;
    }
    let kind = Kind::named(name).filter(|kind| kind.is_sale())?;
    let sale = books.get(kind, &Id::new(*id))?;
    let number = text(sale, "DocNumber").unwrap_or(id);
    let currency = reference(sale, "CurrencyRef").unwrap_or_default();
    let day = text(sale, "TxnDate").unwrap_or_default();
    Some(page(&format!("{} {number} of {day}: {} {currency}", kind.name(), money(sale, "TotalAmt"))))
}

/// A document of one page with one line. Its table of objects needs their places in bytes.
fn page(line: &str) -> Vec<u8> {
    let drawn: String = line
        .chars()
        .filter(|letter| letter.is_ascii() && !letter.is_ascii_control())
        .flat_map(|letter| matches!(letter, '(' | ')' | '\\').then_some('\\').into_iter().chain([letter]))
        .collect();
    let drawing = format!("BT /F1 12 Tf 72 720 Td ({drawn}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let count = objects.len() + 1;
    let objects: Vec<String> =
        (1..).zip(objects).map(|(number, object)| format!("{number} 0 obj\n{object}\nendobj\n")).collect();
    let head = "%PDF-1.4\n";
    let mut end = head.len();
    let mut places = Vec::new();
    for object in &objects {
        places.push(format!("{end:010} 00000 n \n"));
        end += object.len();
    }
    let (places, body) = (places.concat(), objects.concat());
    let table = format!("xref\n0 {count}\n0000000000 65535 f \n{places}");
    format!("{head}{body}{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n")
        .into_bytes()
}
