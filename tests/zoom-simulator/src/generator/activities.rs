//! Who signs in and out, in the words of Zoom's sign-in and sign-out report.
//!
//! A person keeps an address and a computer, and has a telephone besides; who is in the office shares its addresses.
//! All addresses are of the ranges that are set aside for documentation (RFC 5737, RFC 3849).

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::people::{People, Person};
use crate::record::{Activity, Record};

/// A client and its versions; `-` where Zoom knows none.
type Client = (&'static str, &'static [&'static str]);

const BROWSER: Client = ("Browser", &["-"]);
const COMPUTERS: [Client; 3] = [
    ("win", &["6.2.11.50939", "6.1.10.45028", "5.17.11.34827"]),
    ("mac", &["6.2.11.43613", "5.9.1.2581", "5.17.11.31580"]),
    ("Linux", &["6.2.11.5069", "5.17.11.3835", "-"]),
];
const TELEPHONES: [Client; 2] = [
    ("iOS", &["6.2.10.20448", "5.17.10.15586"]),
    ("Android", &["6.2.10.27018", "6.0.2.21283", "-"]),
];

const SIGN_IN: &str = "Sign in";
const SIGN_OUT: &str = "Sign out";

/// What comes of one thing that happens at `start`: mostly a session of one person, with its beginning, its end or
/// both; sometimes everybody of a group at once. Nothing is at `end` or later.
pub(crate) fn session(
    rng: &mut ChaCha8Rng,
    people: &People,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Vec<Record> {
    if rng.random_ratio(1, 25) {
        return reconnected(rng, people, start);
    }
    let person = people.anyone(rng);
    let (client_type, version) = client(rng, person);
    let ip_address = address(rng, person);
    let record = |time, kind| {
        let activity = Activity {
            kind,
            email: &person.email,
            ip_address: &ip_address,
            client_type,
            version,
        };
        Record::activity(time, &activity)
    };
    match rng.random_range(0..20) {
        // Signed in on some earlier day.
        0..3 => vec![record(start, SIGN_OUT)],
        // Another account in the same client: out and in within a second.
        3 => vec![record(start, SIGN_OUT), record(start, SIGN_IN)],
        // Never signed out.
        4..11 => vec![record(start, SIGN_IN)],
        _ => {
            let out = start + TimeDelta::seconds(rng.random_range(5..9 * 3600));
            let mut both = vec![record(start, SIGN_IN)];
            both.extend((out < end).then(|| record(out, SIGN_OUT)));
            both
        }
    }
}

/// The clients of an office sign in again in one second, for its connection is back.
fn reconnected(rng: &mut ChaCha8Rng, people: &People, time: DateTime<Utc>) -> Vec<Record> {
    let ip_address = office(rng);
    (0..rng.random_range(3..12))
        .map(|_| {
            let person = people.anyone(rng);
            let (client_type, versions) = computer(person);
            let activity = Activity {
                kind: SIGN_IN,
                email: &person.email,
                ip_address: &ip_address,
                client_type,
                version: versions[rng.random_range(0..versions.len())],
            };
            Record::activity(time, &activity)
        })
        .collect()
}

fn client(rng: &mut ChaCha8Rng, person: &Person) -> (&'static str, &'static str) {
    let (name, versions) = match rng.random_range(0..20) {
        0..6 => BROWSER,
        6..11 => TELEPHONES[person.number / COMPUTERS.len() % TELEPHONES.len()],
        _ => computer(person),
    };
    (name, versions[rng.random_range(0..versions.len())])
}

fn computer(person: &Person) -> Client {
    COMPUTERS[person.number % COMPUTERS.len()]
}

fn address(rng: &mut ChaCha8Rng, person: &Person) -> String {
    let number = person.number;
    match rng.random_range(0..10) {
        0..4 => office(rng),
        // At home.
        4..7 => format!("203.0.113.{}", 1 + number % 254),
        7..9 => format!("2001:db8:{:x}::{:x}", 0x100 + number, 1 + number % 9),
        // Under way.
        _ => format!("192.0.2.{}", rng.random_range(1..255)),
    }
}

fn office(rng: &mut ChaCha8Rng) -> String {
    format!("198.51.100.{}", rng.random_range(1..5))
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};
    use std::net::IpAddr;

    use chrono::{NaiveDate, Timelike};
    use serde_json::Value;

    use crate::generator::Generator;
    use crate::record::Record;
    use crate::report::Report;

    fn date() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 18).unwrap()
    }

    fn generator(seed: u64) -> Generator {
        Generator::new(seed).of(Report::Activities)
    }

    fn read(records: &[Record]) -> Vec<Value> {
        records
            .iter()
            .map(|record| serde_json::from_str(record.json()).unwrap())
            .collect()
    }

    #[test]
    fn a_day_is_of_its_seed_and_has_as_many_rows_as_asked_for_in_order() {
        let day = generator(7).day(date(), 777);
        assert_eq!(generator(7).day(date(), 777), day);
        assert_ne!(generator(8).day(date(), 777), day);
        assert_ne!(Generator::new(7).day(date(), 777), day);
        assert_eq!(day.len(), 777);
        assert!(day.is_sorted_by_key(Record::second));
        let own_day = |record: &Record| record.time().unwrap().date_naive() == date();
        assert!(day.iter().all(own_day));
        let until = date().and_hms_opt(3, 30, 0).unwrap().and_utc();
        let night = generator(7).day_until(date(), 500, until);
        assert!(night.iter().all(|record| record.time().unwrap() < until));
        assert!(
            night
                .iter()
                .any(|record| record.time().unwrap().hour() == 3)
        );
    }

    #[test]
    fn people_sign_in_and_out_from_documentation_addresses_with_several_clients() {
        let rows = read(&generator(3).day(date(), 5000));
        let seen = |field: &str| -> HashSet<&str> {
            rows.iter()
                .map(|row| row[field].as_str().unwrap())
                .collect()
        };
        assert_eq!(seen("type"), HashSet::from(["Sign in", "Sign out"]));
        let clients = ["Browser", "mac", "win", "Linux", "iOS", "Android"];
        assert_eq!(seen("client_type"), HashSet::from(clients));
        assert!(seen("version").contains("-") && seen("version").contains("5.9.1.2581"));
        assert!(seen("email").len() > 300);
        let addresses: Vec<IpAddr> = seen("ip_address")
            .into_iter()
            .map(|address| address.parse().unwrap())
            .collect();
        let documented = |address: &IpAddr| match address {
            IpAddr::V4(v4) => v4.is_documentation(),
            IpAddr::V6(v6) => v6.segments()[..2] == [0x2001, 0xdb8],
        };
        assert!(addresses.iter().all(documented));
        assert!(addresses.iter().any(IpAddr::is_ipv4) && addresses.iter().any(IpAddr::is_ipv6));
        assert!(rows.iter().all(|row| row.as_object().unwrap().len() == 6));
    }

    #[test]
    fn rows_share_a_second_and_some_are_equal_in_every_field() {
        let day = generator(3).day(date(), 5000);
        let mut of_second: HashMap<i64, HashSet<&str>> = HashMap::new();
        for record in &day {
            of_second
                .entry(record.second())
                .or_default()
                .insert(record.json());
        }
        assert!(of_second.values().any(|rows| rows.len() >= 5));
        let different: usize = of_second.values().map(HashSet::len).sum();
        assert!(different < day.len() - 50, "{different} of {}", day.len());
        let without = generator(3).with_equal_share(0.0).day(date(), 5000);
        let different: HashSet<&str> = without.iter().map(Record::json).collect();
        assert!(different.len() > without.len() - 10, "{}", different.len());
    }

    #[test]
    fn who_signs_out_signed_in_before_with_the_same_client() {
        let day = generator(3).with_equal_share(0.0).day(date(), 5000);
        let rows = read(&day);
        let mut signed_in = HashSet::new();
        let (mut closed, mut out) = (0, 0);
        for row in &rows {
            let client = ["email", "ip_address", "client_type", "version"]
                .map(|field| row[field].as_str().unwrap());
            if row["type"] == "Sign in" {
                signed_in.insert(client);
            } else {
                out += 1;
                closed += usize::from(signed_in.contains(&client));
            }
        }
        assert!(out > 1000 && closed * 10 > out * 6, "{closed} of {out}");
    }
}
