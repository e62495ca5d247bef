//! Fingerprints as they have always been. They stand in the checkpoints of every account: one that changes delivers open days
//! again. Worked out by a program of its own, from the text of the algorithm.

use zoomlogs_core::record::{FINGERPRINT_VERSION, Record};
use zoomlogs_core::report::{ACTIVITIES, OPERATION_LOGS, Report};

const ROWS: [(&Report, &str, &str); 12] = [
    (
        &OPERATION_LOGS,
        r#"{"time":"2026-11-22T09:00:00Z","operator":"ada@example.com","category_type":"User","action":"Add","operation_detail":"Add User bo@example.com  - User Type: Basic"}"#,
        "78b2ff832c26c010dd3f23e4354e977d",
    ),
    (
        &OPERATION_LOGS,
        r#"{"region":"eu","operation_detail":"Zo\u00eb said \"hi\"\n","action":"Zoë","time":"2026-11-22 09:00:00","n":[1, {"a":2}]}"#,
        "61f28450572a5e41697f2fdfe35ebd59",
    ),
    (
        &OPERATION_LOGS,
        r#"{"action":"a","time":"2026-11-22T09:00:00Z","action":"b"}"#,
        "e6cc437d615773040c753878aef80500",
    ),
    (
        &OPERATION_LOGS,
        r#"{"\u0061ction":"a","operator":7,"category_type":null,"operation_detail":{"b":[1.50,1e3,true],"a":"x"}}"#,
        "13284db2fe39a02f82497c8228321403",
    ),
    (
        &OPERATION_LOGS,
        r#"{"action":"","operator":""}"#,
        "89adcf0f3daba7f292ae5184c53db8f5",
    ),
    (
        &OPERATION_LOGS,
        r#"{"payload":{"x":1,"y":[2,{"b":1,"a":2}]},"kind":"k"}"#,
        "d38d791b5a31b9295f25ba120889e4a5",
    ),
    (&OPERATION_LOGS, r#"{}"#, "71df653074eb1460da5e270d8b0d8098"),
    (&OPERATION_LOGS, r#"[]"#, "5d932ea58ad4392000bbd856e52fa21c"),
    (
        &OPERATION_LOGS,
        r#""payload""#,
        "fd394caecebca5d9aafddd6d72e9b5a0",
    ),
    (
        &OPERATION_LOGS,
        r#"-0.0"#,
        "5b343a76d16c72cdeae0401b62690049",
    ),
    (
        &ACTIVITIES,
        r#"{"client_type":"Browser","email":"zoë@example.com","ip_address":"2001:db8::1","time":"2026-11-22T09:05:07Z","type":"Sign in","version":"-"}"#,
        "2bf9ddb85912e77b16bd063b0bf5f53e",
    ),
    (
        &ACTIVITIES,
        r#"{"time":"2026-11-22T09:00:00Z","operator":"ada@example.com"}"#,
        "b31cd0069c2c569e3ea5c261f723f14b",
    ),
];

/// So many times "x" as the detail, on both sides of where a block of SHA-256 ends.
const LENGTHS: [(usize, &str); 12] = [
    (0, "4a79f2aff17912431be6eeabe8ddf7f1"),
    (1, "210a2f08990af905a2c2e96a9ca1ac5c"),
    (54, "62e3ac45644e0e71535f3ee8f27d0d14"),
    (55, "f4dfbda3d9b439df4712b042136dc927"),
    (56, "4a00244c295b7ffb0b58b720d1f968f7"),
    (63, "b1e52ffb5fbb6318ddf56a7b2aa7f55e"),
    (64, "14734b94c2cd129bd48d901431700106"),
    (65, "e9da6136a3d6b98ee8549a45668121c0"),
    (200, "ab852caad1611059ca04991577bf8bee"),
    (300, "dfee2db9561e4cc84b694d90ea3ad336"),
    (1000, "4d603b4f23341ab26914fb41624a65fb"),
    (5000, "1904ba7989ac7de6d10a2ec197ff2f5b"),
];

fn fingerprint(report: &Report, row: &str) -> String {
    format!("{:?}", Record::parse(row, report).unwrap().fingerprint())
}

#[test]
fn fingerprints_are_what_they_were() {
    assert_eq!(
        FINGERPRINT_VERSION, 1,
        "another version has other fingerprints, and needs this list anew"
    );
    for (report, row, known) in ROWS {
        assert_eq!(fingerprint(report, row), known, "{row}");
    }
    for (length, known) in LENGTHS {
        let row = format!(r#"{{"operation_detail":"{}"}}"#, "x".repeat(length));
        assert_eq!(fingerprint(&OPERATION_LOGS, &row), known, "{length}");
    }
}
