//! Who is in the account.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Someone with a Zoom account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) number: usize,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) email: String,
}

impl Person {
    pub(crate) fn display_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

/// The people of an account; the first ones administer it.
#[derive(Debug, Clone)]
pub(crate) struct People {
    all: Vec<Person>,
    administrators: usize,
}

// Each name with the form it takes in an address.
const FIRST: [(&str, &str); 24] = [
    ("Amara", "amara"),
    ("Björn", "bjorn"),
    ("Chen", "chen"),
    ("Dilnoza", "dilnoza"),
    ("Elena", "elena"),
    ("Farid", "farid"),
    ("Grace", "grace"),
    ("Håkon", "hakon"),
    ("Ines", "ines"),
    ("José", "jose"),
    ("Keiko", "keiko"),
    ("Liam", "liam"),
    ("Maëlle", "maelle"),
    ("Noor", "noor"),
    ("Oluwaseun", "oluwaseun"),
    ("Priya", "priya"),
    ("Quinn", "quinn"),
    ("Renée", "renee"),
    ("Søren", "soren"),
    ("Tomáš", "tomas"),
    ("Uma", "uma"),
    ("Veronika", "veronika"),
    ("Wei", "wei"),
    ("Zoë", "zoe"),
];
const LAST: [(&str, &str); 20] = [
    ("Adeyemi", "adeyemi"),
    ("Bianchi", "bianchi"),
    ("Castillo", "castillo"),
    ("Dvořák", "dvorak"),
    ("Eriksson", "eriksson"),
    ("Fischer", "fischer"),
    ("García", "garcia"),
    ("Hansen", "hansen"),
    ("Ito", "ito"),
    ("Jørgensen", "jorgensen"),
    ("Kowalski", "kowalski"),
    ("Lefèvre", "lefevre"),
    ("Müller", "muller"),
    ("Nakamura", "nakamura"),
    ("O'Brien", "obrien"),
    ("Pérez", "perez"),
    ("Rossi", "rossi"),
    ("Şahin", "sahin"),
    ("山田", "yamada"),
    ("Smith", "smith"),
];
const DOMAINS: [&str; 4] = [
    "example.com",
    "example.com",
    "emea.example.com",
    "example.org",
];

impl People {
    /// `count` people, at least one.
    pub(crate) fn draw(rng: &mut ChaCha8Rng, count: usize) -> Self {
        let count = count.max(1);
        let all = (0..count)
            .map(|index| {
                let (first, first_ascii) = FIRST[rng.random_range(0..FIRST.len())];
                let (last, last_ascii) = LAST[rng.random_range(0..LAST.len())];
                let domain = DOMAINS[rng.random_range(0..DOMAINS.len())];
                // Numbered, so that no two people share an address.
                Person {
                    number: index,
                    first,
                    last,
                    email: format!("{first_ascii}.{last_ascii}{index}@{domain}"),
                }
            })
            .collect();
        Self {
            all,
            administrators: (count / 40 + 2).min(count),
        }
    }

    pub(crate) fn anyone(&self, rng: &mut ChaCha8Rng) -> &Person {
        self.all.choose(rng).unwrap_or(&self.all[0])
    }

    pub(crate) fn administrator(&self, rng: &mut ChaCha8Rng) -> &Person {
        self.all[..self.administrators]
            .choose(rng)
            .unwrap_or(&self.all[0])
    }
}
