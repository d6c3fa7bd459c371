//! Notes and files at transactions, sales on paper.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;

use super::{Desk, REALM, line, read};
use crate::Emulator;
use crate::quickbooks::CompanyKind;

/// Follows an address of an answer, without a token.
fn fetch(desk: &mut Desk, address: &str) -> Response<Bytes> {
    desk.service.handle(&Request::get(address).body(Bytes::new()).unwrap(), desk.now)
}

#[test]
fn a_note_hangs_at_an_invoice_until_it_is_deleted() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let invoice = desk.invoice(&customer, "10");
    let at = json!([{"IncludeOnSend": "false", "EntityRef": {"type": "Invoice", "value": invoice["Id"]}}]);
    let note = desk.write("Attachable", json!({"Note": "a note", "AttachableRef": at}));
    assert_eq!(note["AttachableRef"][0]["IncludeOnSend"], json!(false));
    let elsewhere = json!([{"EntityRef": {"type": "Invoice", "value": "4711"}}]);
    assert_eq!(desk.refused("attachable", json!({"Note": "n", "AttachableRef": elsewhere})), "2500");
    assert_eq!(desk.refused("attachable", json!({"Category": "Other"})), "2020");
    let (status, gone) =
        desk.post("attachable?operation=delete", &json!({"Id": note["Id"], "SyncToken": "0"}));
    assert_eq!((status, &gone["Attachable"]["status"]), (200, &json!("Deleted")));
    assert!(desk.rows("select * from Attachable").is_empty());
}

#[test]
fn a_file_is_the_part_of_a_form_with_its_facts_in_another() {
    let mut desk = Desk::new(CompanyKind::Us);
    let form = "--b\r\nContent-Disposition: form-data; name=\"file_metadata_01\"\r\n\r\n{\"Note\": \"n\"}\r\n--b\r\n\
                Content-Disposition: form-data; name=\"file_content_01\"; filename=\"a.txt\"\r\n\
                Content-Type: text/plain\r\n\r\ntwelve bytes\r\n--b--\r\n";
    let (status, answer) = read(&desk.send("POST", "upload", form));
    assert_eq!(status, 200, "{answer}");
    let made = &answer["AttachableResponse"][0]["Attachable"];
    assert_eq!(
        (&made["FileName"], &made["ContentType"], &made["Size"], &made["Note"]),
        (&json!("a.txt"), &json!("text/plain"), &json!(12), &json!("n"))
    );
    let rename = json!({"Id": made["Id"], "SyncToken": "0", "FileName": "b.txt", "Note": "other"});
    let renamed = desk.write("Attachable", rename);
    assert_eq!((&renamed["FileName"], &renamed["Note"]), (&json!("a.txt"), &json!("other")));
    for wrong in ["", "{}", "--b\r\n\r\n--b--\r\n"] {
        assert_eq!(read(&desk.send("POST", "upload", wrong)).0, 400, "{wrong}");
    }
}

#[test]
fn a_file_comes_back_as_it_was_for_a_quarter_of_an_hour_by_an_address_that_needs_no_token() {
    let mut desk = Desk::new(CompanyKind::Us);
    let form = "--b\r\nContent-Disposition: form-data; name=\"file_content_01\"; filename=\"a.bin\"\r\n\
                Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAP8KDQ==\r\n--b--\r\n";
    let (_, answer) = read(&desk.send("POST", "upload", form));
    let made = answer["AttachableResponse"][0]["Attachable"].clone();
    let id = made["Id"].as_str().unwrap().to_owned();
    assert_eq!(made["FileAccessUri"], format!("/v3/company/{REALM}/download/{id}"));

    let told = desk.send("GET", &format!("download/{id}"), "");
    let told = String::from_utf8(told.body().to_vec()).unwrap();
    let shown = desk.rows("select * from Attachable")[0]["TempDownloadUri"].as_str().unwrap().to_owned();
    for address in [made["TempDownloadUri"].as_str().unwrap(), &told, &shown] {
        assert!(address.starts_with("http://127.0.0.1:8090/download/"), "{address}");
        let file = fetch(&mut desk, address);
        assert_eq!((file.status().as_u16(), file.body().as_ref()), (200, &[0, 255, 10, 13][..]));
        assert_eq!(file.headers()["content-type"], "image/png");
    }
    assert_eq!(fetch(&mut desk, &format!("{told}x")).status(), 404, "nobody makes one up");
    desk.now += jiff::SignedDuration::from_mins(15);
    assert_eq!(fetch(&mut desk, &told).status(), 403);

    let note = desk.write("Attachable", json!({"Note": "a note"}));
    assert_eq!((note.get("FileAccessUri"), note.get("TempDownloadUri")), (None, None));
    assert_eq!(desk.get(&format!("download/{}", note["Id"].as_str().unwrap())).0, 400);
    desk.post("attachable?operation=delete", &json!({"Id": id, "SyncToken": "0"}));
    assert_eq!(desk.get(&format!("download/{id}")).0, 400);
}

#[test]
fn a_sale_can_be_printed() {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let body = json!({"CustomerRef": {"value": customer}, "DocNumber": "(7)", "Line": [line("10", None)]});
    let id = desk.write("Invoice", body)["Id"].clone();
    let answer = desk.send("GET", &format!("invoice/{}/pdf", id.as_str().unwrap()), "");
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let pdf = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(pdf.contains(r"Invoice \(7\) of 2026-03-02: 10"), "{pdf}");
    let start: usize = pdf.lines().rev().nth(1).unwrap().parse().unwrap();
    let table = pdf.get(start..).unwrap();
    assert!(table.starts_with("xref\n0 6\n"), "{pdf}");
    for entry in table.lines().skip(3).take(5) {
        let place: usize = entry.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(pdf.get(place + 1..place + 7), Some(" 0 obj"));
    }
    assert_eq!(desk.get("invoice/4711/pdf").0, 400);
    assert_eq!(desk.service.usage(REALM).unwrap().requests, 4);
}
