//! The list.

use super::{Edit, Notice, Sabotage};

const fn edit(file: &'static str, find: &'static str, replace: &'static str) -> Edit {
    Edit {
        file,
        find,
        replace,
    }
}

const fn in_simulation(name: &'static str, rule: &'static str, edits: &'static [Edit]) -> Sabotage {
    Sabotage {
        name,
        rule,
        noticed_by: Notice::Simulation,
        edits,
    }
}

const DELIVER: &str = "src/core/collector/deliver.rs";
const READ: &str = "src/core/collector/read.rs";
const PASS: &str = "src/core/collector/pass.rs";
const RUN: &str = "src/core/collector/mod.rs";
const PLAN: &str = "src/core/collector/plan.rs";
const LOG: &str = "src/core/delivery_log.rs";
const LEDGER: &str = "src/core/ledger/mod.rs";
const REMEMBERED: &str = "src/core/collector/remembered.rs";
const FILE: &str = "src/core/checkpoint/file.rs";
const DAY: &str = "src/core/checkpoint/day.rs";
const REPORT: &str = "src/core/report.rs";

/// All of them, in the order of the protocol.
pub const LIST: &[Sabotage] = &[
    // The log.
    in_simulation(
        "puts run ahead",
        "entry N+1 is sent only when N is known to exist",
        &[edit(
            LOG,
            "            Err(error) => Ok(Append::Uncertain(error)),",
            "            Err(error) => {\n                ledger.next_seq += 1;\n                Ok(Append::Uncertain(error))\n            }",
        )],
    ),
    in_simulation(
        "an answer lost is taken for delivered",
        "only what is in the log counts as delivered",
        &[edit(
            LOG,
            "            Err(error) => Ok(Append::Uncertain(error)),",
            "            Err(_) => {\n                ledger.record(records.iter().copied());\n                Ok(Append::Written(key))\n            }",
        )],
    ),
    in_simulation(
        "no fold",
        "what others wrote is counted before every put",
        &[edit(
            LOG,
            "        let entries = self.entries_from(day, ledger.next_seq).await?;",
            "        let entries: Vec<Entry> = Vec::new();",
        )],
    ),
    in_simulation(
        "fold without counting",
        "an entry that is found is read, and its records count as delivered",
        &[edit(
            LOG,
            "            ledger.count(&counts);",
            "            ledger.next_seq += 1;",
        )],
    ),
    in_simulation(
        "no version listing",
        "versions are listed, because an entry that a reader deleted was delivered all the same",
        &[edit(
            "tests/support/src/memory_store.rs",
            "            .take_while(|(key, _)| key.starts_with(prefix))",
            "            .take_while(|(key, _)| key.starts_with(prefix))\n            .filter(|(_, versions)| versions.last().is_some_and(|newest| newest.body.is_some()))",
        )],
    ),
    in_simulation(
        "listing only once",
        "the log is listed before every put and after every answer but 200",
        &[
            edit(
                DELIVER,
                "        let mut met = Met::Nothing;\n",
                "        let mut met = Met::Nothing;\n        let mut listed = false;\n",
            ),
            edit(
                DELIVER,
                "            let folded = self.log.fold(day, &mut state.ledger).await?;",
                "            let folded = match std::mem::replace(&mut listed, true) {\n                false => self.log.fold(day, &mut state.ledger).await?,\n                true => Vec::new(),\n            };",
            ),
            edit(
                DELIVER,
                "                    self.clock.sleep(wait).await;",
                "                    self.clock.sleep(wait).await;\n                    state.ledger.next_seq += 1;",
            ),
        ],
    ),
    in_simulation(
        "the clock's day in a key",
        "the day in a key is the day that was asked of Zoom",
        &[edit(
            DELIVER,
            "                .append(day, &mut state.ledger, &chunk, self.clock.now())",
            "                .append(self.clock.now().date_naive(), &mut state.ledger, &chunk, self.clock.now())",
        )],
    ),
    in_simulation(
        "a listed entry that is gone is skipped",
        "an entry that cannot be read fails the day",
        &[edit(
            LOG,
            "            let body = self.store.get_version(&entry.key, version).await?;",
            "            let Ok(body) = self.store.get_version(&entry.key, version).await else {\n                continue;\n            };",
        )],
    ),
    in_simulation(
        "versions kept for two days",
        "the bucket keeps entries and their noncurrent versions for 200 days",
        &[edit(
            "tests/simulation/src/scenario.rs",
            "const VERSIONS_KEPT: TimeDelta = TimeDelta::days(200);",
            "const VERSIONS_KEPT: TimeDelta = TimeDelta::days(2);",
        )],
    ),
    in_simulation(
        "a feed that deletes after a second",
        "nothing deletes an entry within an hour of its writing",
        &[edit(
            "tests/simulation/src/scenario.rs",
            "const FEED_WAITS: TimeDelta = TimeDelta::hours(1);",
            "const FEED_WAITS: TimeDelta = TimeDelta::seconds(1);",
        )],
    ),
    // The checkpoint.
    in_simulation(
        "checkpoint before append",
        "the checkpoint never claims what is not in the log",
        &[
            edit(
                DELIVER,
                "impl<Z, S: Store, C: Clock> Run<'_, Z, S, C> {",
                "impl<Z: crate::zoom::Zoom, S: Store, C: Clock> Run<'_, Z, S, C> {",
            ),
            edit(
                DELIVER,
                "            match self\n                .log\n                .append(",
                "            {\n                let mut early = state.clone();\n                early.ledger.record(chunk.iter().copied());\n                let mut remembered = self.remembered.lock().await;\n                let merges = remembered.merges();\n                remembered.put(day, early, merges);\n                let _ = remembered.commit(self.meter.usage().by_day).await;\n            }\n            match self\n                .log\n                .append(",
            ),
        ],
    ),
    in_simulation(
        "Zoom is asked before the checkpoint exists",
        "the checkpoint is created, with the start date, before Zoom is first asked",
        &[edit(
            RUN,
            "        if loaded.origin != Origin::Current\n            && !event.dry_run",
            "        if loaded.origin == Origin::Log\n            && !event.dry_run",
        )],
    ),
    in_simulation(
        "a lost checkpoint is a first run",
        "the newest readable version is a lower bound, and the log says when it began",
        &[
            edit(
                FILE,
                "        let versions = self.versions().await?;",
                "        let versions: Vec<Version> = Vec::new();",
            ),
            edit(
                FILE,
                "            .first_day()\n            .await?;",
                "            .first_day()\n            .await?\n            .filter(|_| false);",
            ),
        ],
    ),
    in_simulation(
        "merge takes the smaller",
        "of two checkpoints that meet, the larger next number and its counts are kept",
        &[edit(
            LEDGER,
            "        if order(&other) > order(&self) {",
            "        if order(&other) < order(&self) {",
        )],
    ),
    in_simulation(
        "no merge",
        "a checkpoint that another run has written in between is merged, not replaced",
        &[edit(
            FILE,
            "            loaded.checkpoint = loaded.checkpoint.clone().merge(other);",
            "            drop(other);",
        )],
    ),
    in_simulation(
        "403 taken for absent",
        "a 403 is an error that stops the run, and is never taken for a missing checkpoint",
        &[edit(
            FILE,
            "        let Some(object) = self.store.get(self.key).await? else {\n            return Ok((None, Condition::Absent));",
            "        let found = match self.store.get(self.key).await {\n            Err(error) if error.kind == StoreErrorKind::Denied => None,\n            answer => answer?,\n        };\n        let Some(object) = found else {\n            return Ok((None, Condition::Absent));",
        )],
    ),
    in_simulation(
        "requests are not counted",
        "requests spent add up over runs",
        &[edit(
            REMEMBERED,
            "        let committed = self.file.commit(&mut self.loaded, &new).await;",
            "        drop(new);\n        let committed = self.file.commit(&mut self.loaded, &[]).await;",
        )],
    ),
    in_simulation(
        "Zoom's pause is forgotten",
        "after a daily limit no run makes a request until the moment that Zoom named",
        &[edit(
            RUN,
            "            .filter(|&until| until > started)",
            "            .filter(|&until| until > started && started > deadline)",
        )],
    ),
    in_simulation(
        "Zoom's word is lost where the bucket fails too",
        "what Zoom says of the day's quota holds for all days, though the day at hand failed at the bucket",
        &[edit(
            READ,
            "                        self.heed(date, said).await;",
            "                        let _ = said;",
        )],
    ),
    in_simulation(
        "a settled day forgets its number of entries",
        "a replay of a settled day that finds fewer entries than were delivered fails; the number is kept",
        &[edit(
            "src/core/checkpoint/mod.rs",
            "        *known = entries.max(*known);\n        self.advance();",
            "        *known = 0;\n        let _ = entries;\n        self.advance();",
        )],
    ),
    // Counting.
    in_simulation(
        "believing cross-page rows at once",
        "equal rows on different pages are believed only when two complete sweeps agree",
        &[edit(
            PASS,
            "                .max(seen.min(state.confirmed.get(record)));",
            "                .max(seen);",
        )],
    ),
    in_simulation(
        "one sweep is proof",
        "two sweeps agree when they are equal as multisets of all the day's rows",
        &[edit(
            PASS,
            "            .is_some_and(|against| against.rows == id.rows && against.page_size != id.page_size);",
            "            .is_some_and(|against| against.page_size != id.page_size);",
        )],
    ),
    in_simulation(
        "equal rows are one",
        "two genuinely equal records can exist, and both are delivered",
        &[
            edit(
                PASS,
                "            let seen = self.seen.add(record);",
                "            let seen = self.seen.add(record).min(1);",
            ),
            edit(
                PASS,
                "            let believed = within_page\n                .add(record)\n",
                "            let believed = within_page\n                .add(record)\n                .min(1)\n",
            ),
        ],
    ),
    in_simulation(
        "sign-ins are told apart without their address",
        "a fingerprint is over all documented fields of the report",
        &[edit(REPORT, "        \"ip_address\",\n", "")],
    ),
    in_simulation(
        "settled while undecided",
        "a day does not settle while a cross-page count is undecided",
        &[edit(
            READ,
            "            && proof.is_some_and(|sweep| !sweep.undecided)",
            "            && proof.is_some()",
        )],
    ),
    in_simulation(
        "a day settles at its end",
        "a day settles by a sweep that began LATE_ARRIVAL_HOURS after its end or later",
        &[edit(
            READ,
            "        let settles_from = end_of(date) + self.settings.late_arrival;\n        let proof",
            "        let settles_from = end_of(date);\n        let proof",
        )],
    ),
    in_simulation(
        "a sweep dated by its end",
        "what settles a day is when its sweep began",
        &[
            edit(
                READ,
                "        let sweep = pass.to_complete(state);",
                "        let mut sweep = pass.to_complete(state);\n        sweep.started = self.clock.now();",
            ),
            edit(
                READ,
                "            .filter(|sweep| sweep.started == pass.started && sweep.started >= settles_from);",
                "            .filter(|sweep| sweep.started >= settles_from);",
            ),
        ],
    ),
    in_simulation(
        "ending a sweep early",
        "a sweep reads a day to its end",
        &[
            edit(
                PASS,
                "        taken.nothing_new = self.reading == Reading::Head && !rows.is_empty() && {",
                "        taken.nothing_new = !rows.is_empty() && {",
            ),
            edit(
                READ,
                "            if nothing_new && next.is_some() {",
                "            let sweeps = day.pass.reading == Reading::Sweep;\n            if nothing_new && next.is_some() {",
            ),
            edit(
                READ,
                "                    Met::Nothing => return Ok(End::Head),",
                "                    Met::Nothing if sweeps => return Ok(End::Complete),\n                    Met::Nothing => return Ok(End::Head),",
            ),
        ],
    ),
    // The ledger of a busy day.
    in_simulation(
        "the newest records are taken for all",
        "a row older than what the checkpoint carries is looked up in the log",
        &[edit(
            READ,
            "        if !rows.iter().all(knows) {",
            "        if !rows.iter().any(knows) {",
        )],
    ),
    in_simulation(
        "a ledger claims a second that it was cut in",
        "the checkpoint carries all records of a second, or none",
        &[edit(
            LEDGER,
            "                Some(from) => self.delivered.since(from),",
            "                Some(from) => self.delivered.since(Second::from_unix(from.to_unix() + 1)),",
        )],
    ),
    // Several things at once.
    in_simulation(
        "the days beside the one that was refused ask on",
        "what Zoom says of the day's quota holds for all days that are being read",
        &[edit(
            READ,
            "                self.meter.close(error);",
            "                let _ = error;",
        )],
    ),
    // Going on.
    in_simulation(
        "the place is kept though nothing was delivered",
        "a token is kept only once the rows above it are in the log",
        &[edit(
            READ,
            "                    result = Err(error.into());",
            "                    drop(error);\n                    self.keep_place(&mut day, &result);",
        )],
    ),
    in_simulation(
        "a sweep that goes on is dated anew",
        "with the token goes the sweep's beginning",
        &[edit(
            PASS,
            "                pass.started = partial.started;\n",
            "",
        )],
    ),
    in_simulation(
        "a sweep that goes on has forgotten what it saw",
        "with the token go the sweep's counts",
        &[edit(
            PASS,
            "                pass.seen = seen;\n",
            "                drop(seen);\n",
        )],
    ),
    in_simulation(
        "what was left unread is forgotten",
        "after a reading that was cut short, or a foreign entry, rows below known ones are looked for",
        &[edit(
            DAY,
            "        self.unread_since = self.unread_since.max(Some(moment));",
            "        let _ = moment;",
        )],
    ),
    in_simulation(
        "a head ends at rows that it has just added",
        "a head reading goes on to a page that was known before it began",
        &[edit(
            PASS,
            "                        .saturating_sub(self.accepted.get(record))",
            "                        .saturating_sub(0)",
        )],
    ),
    in_simulation(
        "an open day is not swept again",
        "a sweep is due when FULL_SWEEP_MINUTES have passed since the last one",
        &[edit(
            PLAN,
            "        || now >= sweep.started + settings.full_sweep\n",
            "",
        )],
    ),
    in_simulation(
        "a dry run commits",
        "a dry run writes nothing, the checkpoint included",
        &[edit(
            REMEMBERED,
            "        if !self.writes || !self.changed {",
            "        if !self.changed {",
        )],
    ),
    // What the simulation does not run.
    Sabotage {
        name: "the SDK's retries left on",
        rule: "a put is sent once: one that was resent meets its own success as a failed condition",
        noticed_by: Notice::Tests {
            target: "store",
            name: "lost",
        },
        edits: &[edit(
            "src/aws/s3.rs",
            "RetryConfig::disabled()",
            "RetryConfig::standard()",
        )],
    },
];
