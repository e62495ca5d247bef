//! What people do in an account, in the words of Zoom's operation log.
//!
//! The odd spacing is Zoom's: two spaces before the first detail, ` - ` between details (and sometimes inside a value),
//! a space at the end of a detail that has none.

use chrono::{DateTime, Utc};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::people::{People, Person};
use crate::record::Record;

/// A row without its time.
#[derive(Debug)]
struct Event {
    operator: String,
    category: &'static str,
    action: &'static str,
    detail: String,
}

const SWITCHES: [(&str, &str); 10] = [
    ("Security", "Sign in with Two-Factor Authentication"),
    (
        "Security",
        "Require a passcode when scheduling new meetings",
    ),
    ("Security", "Waiting Room"),
    (
        "Security",
        "Only authenticated users can join meetings from Web client",
    ),
    ("Sign-in Methods", "Allow users to sign in with Google"),
    ("Sign-in Methods", "Allow users to sign in with Apple ID"),
    ("In Meeting (Basic)", "Screen sharing"),
    ("In Meeting (Advanced)", "Breakout room"),
    ("Recording", "Automatic recording"),
    ("Email Notification", "When a meeting is cancelled"),
];
const DEPARTMENTS: [&str; 8] = [
    "Engineering",
    "Finance",
    "Legal & Compliance",
    "Sales - EMEA",
    "Marketing",
    "Support",
    "People",
    "Forschung und Entwicklung",
];
const TITLES: [&str; 6] = [
    "Contractor",
    "Staff Engineer",
    "Account Executive",
    "Büroleiterin",
    "Intern",
    "VP, Operations",
];
const ROLES: [&str; 5] = ["Member", "Admin", "Co-Owner", "Billing Admin", "Help Desk"];
const USER_TYPES: [&str; 3] = ["Basic", "Licensed", "On-Prem"];
const PLACES: [&str; 5] = [
    "Berlin HQ",
    "Tōkyō 3F",
    "New York - 5th Avenue",
    "Zürich",
    "São Paulo",
];
const WORDS: [&str; 10] = [
    "Atlas", "Borealis", "Comet", "Delta", "Ember", "Fjord", "Glacier", "Harbour", "Iris", "Jasmin",
];

/// Draws one event of some kind.
type Kind = fn(&mut Draw<'_>) -> Event;

/// What kinds of things happen, and how often in 100.
const KINDS: [(u32, Kind); 19] = [
    (15, account_setting),
    (4, password_rules),
    (9, user_profile),
    (5, user_role),
    (7, user_added),
    (3, user_deleted),
    (5, user_switched),
    (6, role_changed_in_batch),
    (9, provisioned),
    (6, group_renamed),
    (4, group_setting),
    (6, channel_member),
    (4, channel_edited),
    (4, chat_searched),
    (5, recording),
    (3, zoom_room),
    (2, role_edited),
    (2, assistants_assigned),
    (1, room_location),
];

/// Draws what happens at `time`.
pub(crate) fn record(rng: &mut ChaCha8Rng, people: &People, time: DateTime<Utc>) -> Record {
    let event = event(rng, people);
    Record::new(
        time,
        &event.operator,
        event.category,
        event.action,
        &event.detail,
    )
}

/// Draws one event.
fn event(rng: &mut ChaCha8Rng, people: &People) -> Event {
    let total = KINDS.iter().map(|(weight, _)| weight).sum();
    let mut drawn = rng.random_range(0..total);
    let mut draw = Draw { rng, people };
    for (weight, kind) in KINDS {
        if drawn < weight {
            return kind(&mut draw);
        }
        drawn -= weight;
    }
    account_setting(&mut draw)
}

/// What an event is drawn from.
struct Draw<'a> {
    rng: &'a mut ChaCha8Rng,
    people: &'a People,
}

impl<'a> Draw<'a> {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.random_range(0..of.len())]
    }

    /// Two different ones.
    fn two<T: Copy>(&mut self, of: &[T]) -> (T, T) {
        let first = self.rng.random_range(0..of.len());
        let second = (first + self.rng.random_range(1..of.len())) % of.len();
        (of[first], of[second])
    }

    fn anyone(&mut self) -> &'a Person {
        self.people.anyone(self.rng)
    }

    fn email(&mut self) -> &'a str {
        &self.anyone().email
    }

    fn on_off(&mut self) -> (&'static str, &'static str) {
        self.two(&["On", "Off"])
    }

    fn number(&mut self, below: u64) -> u64 {
        self.rng.random_range(0..below)
    }

    /// The name of a group, a channel or a role.
    fn name(&mut self) -> String {
        let word = self.one(&WORDS);
        format!("{word} {}", self.number(500))
    }

    /// An event by someone who may do such a thing: mostly an administrator, sometimes no person at all.
    fn event(&mut self, category: &'static str, action: &'static str, detail: String) -> Event {
        let operator = match self.rng.random_range(0..100) {
            0 => "Zoom System".to_owned(),
            1 => self.anyone().display_name(),
            2 => "admin-test%1223+123@example.org".to_owned(),
            3..=9 => self.email().to_owned(),
            _ => self.people.administrator(self.rng).email.clone(),
        };
        Event {
            operator,
            category,
            action,
            detail,
        }
    }
}

fn account_setting(draw: &mut Draw<'_>) -> Event {
    let (page, setting) = draw.one(&SWITCHES);
    let (old, new) = draw.on_off();
    draw.event(
        "Account",
        "Update",
        format!("{page}  - {setting}: from {old} to {new}"),
    )
}

fn password_rules(draw: &mut Draw<'_>) -> Event {
    let (old, new) = draw.two(&[8, 10, 12, 14, 16]);
    let (off, on) = draw.on_off();
    let detail = format!(
        "Sign-In Password Requirement  - Have at least specified length of characters: from {old} to {new} \
         - Include at least 1 letter: from {off} to {on} - Include at least 1 number: from {off} to {on}"
    );
    draw.event("Account", "Update", detail)
}

fn user_profile(draw: &mut Draw<'_>) -> Event {
    let person = draw.anyone();
    let title = draw.one(&TITLES);
    let department = draw.one(&DEPARTMENTS);
    let detail = match draw.number(4) {
        0 => format!("Update User {}  - Job Title: set to {title}", person.email),
        1 => format!(
            "Update User {}  - Department: set to {department}",
            person.email
        ),
        2 => format!(
            "Update User {}  - Display Name: set to {}",
            person.email,
            person.display_name()
        ),
        _ => format!(
            "Update User {}  - First Name: set to {} - Last Name: set to {}",
            person.email, person.first, person.last
        ),
    };
    draw.event("User", "Update", detail)
}

fn user_role(draw: &mut Draw<'_>) -> Event {
    let (old, new) = draw.two(&ROLES);
    let email = draw.email();
    draw.event(
        "User",
        "Update",
        format!("Update User {email}  - User Role: from {old} to {new}"),
    )
}

fn user_added(draw: &mut Draw<'_>) -> Event {
    let email = draw.email();
    let kind = draw.one(&USER_TYPES);
    let department = draw.one(&DEPARTMENTS);
    draw.event(
        "User",
        "Add",
        format!("Add User {email}  - User Type: {kind} - Department: {department}"),
    )
}

fn user_deleted(draw: &mut Draw<'_>) -> Event {
    let email = draw.email();
    draw.event("User", "Delete", format!("Delete User {email}"))
}

fn user_switched(draw: &mut Draw<'_>) -> Event {
    let email = draw.email();
    let verb = draw.one(&["Activate", "Deactivate"]);
    draw.event("User", "Update", format!("{verb} User {email} "))
}

fn role_changed_in_batch(draw: &mut Draw<'_>) -> Event {
    let (old, new) = draw.two(&ROLES);
    let email = draw.email();
    draw.event(
        "User",
        "Batch Update",
        format!("Change Role  - {email}: from {old} to {new}"),
    )
}

fn provisioned(draw: &mut Draw<'_>) -> Event {
    let (old, new) = draw.two(&USER_TYPES);
    let email = draw.email();
    draw.event(
        "User",
        "SCIM API - Update",
        format!("Edit User {email}  - Change Type: from {old} to {new}"),
    )
}

fn group_renamed(draw: &mut Draw<'_>) -> Event {
    let group = draw.name();
    if draw.number(2) == 0 {
        draw.event("User Group", "Add", format!("Add Group {group}"))
    } else {
        draw.event("User Group", "Update", format!("Edit Group {group} "))
    }
}

fn group_setting(draw: &mut Draw<'_>) -> Event {
    let group = draw.name();
    let (old, new) = draw.on_off();
    let detail =
        format!("Edit Group {group}  - Personal Meeting ID (PMI) Passcode: from {old} to {new}");
    draw.event("User Group", "Update", detail)
}

fn channel_member(draw: &mut Draw<'_>) -> Event {
    let channel = draw.name();
    let email = draw.email();
    draw.event(
        "Channels",
        "Update",
        format!("Assign admin for channel {channel}  - {email}"),
    )
}

fn channel_edited(draw: &mut Draw<'_>) -> Event {
    let (old, new) = (draw.name(), draw.name());
    // The retention is set to nothing, as Zoom writes it when it is reset.
    let detail = format!(
        "Update a Channel {new}  - Cloud Storage Retention: set to  - Name: from {old} to {new}"
    );
    draw.event("Channels", "Update", detail)
}

fn chat_searched(draw: &mut Draw<'_>) -> Event {
    let month = 1 + draw.number(9);
    let (first, last) = (1 + draw.number(28), 1 + draw.number(28));
    let detail = format!(
        "Search Chat  - Search Date: {month:02}/{first:02}/2026 - {:02}/{last:02}/2026",
        month + 1
    );
    draw.event("Team Chat", "Search", detail)
}

fn recording(draw: &mut Draw<'_>) -> Event {
    let meeting = 81_000_000_000 + draw.number(9_000_000_000);
    match draw.number(3) {
        0 => draw.event(
            "Recording",
            "Delete",
            format!("Delete cloud recording for meeting {meeting}"),
        ),
        1 => {
            let topic = draw.name();
            draw.event(
                "Recording",
                "Update",
                format!("Share recording \"{topic}\\weekly\"  - Meeting ID: {meeting}"),
            )
        }
        _ => draw.event(
            "Recording",
            "Download",
            format!("Download cloud recording for meeting {meeting}"),
        ),
    }
}

fn zoom_room(draw: &mut Draw<'_>) -> Event {
    let room = draw.name();
    let kind = draw.one(&["Zoom Rooms", "Scheduling Display", "Digital Signage Only"]);
    let place = draw.one(&PLACES);
    draw.event(
        "Zoom Rooms",
        "Add",
        format!("Add Room  - Room Name: {room} - Type: {kind} - Location: {place}"),
    )
}

fn room_location(draw: &mut Draw<'_>) -> Event {
    let (old, new) = draw.two(&PLACES);
    let room = draw.name();
    draw.event(
        "Zoom Rooms",
        "Update",
        format!("Edit Room  - Room Name: {room} - Location: from {old} to {new}"),
    )
}

fn role_edited(draw: &mut Draw<'_>) -> Event {
    let role = draw.name();
    let detail = format!(
        "Add Role  - Role Name: {role} - Description: May read reports, nothing else - Type: Custom"
    );
    draw.event("Role", "Add", detail)
}

/// A detail that is an array of objects, as bulk changes of scheduling privileges have it.
fn assistants_assigned(draw: &mut Draw<'_>) -> Event {
    let count = 1 + draw.number(3);
    let entries: Vec<String> = (0..count)
        .map(|_| {
            let (user, assistant) = (draw.email(), draw.email());
            let option = draw.number(4);
            format!(r#"{{"userId":"{user}","assistant":"{assistant}","options":{option}}}"#)
        })
        .collect();
    draw.event("User", "Update", format!("[{}]", entries.join(",")))
}
