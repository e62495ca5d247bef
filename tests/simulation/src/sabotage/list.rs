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

const fn in_tests_of_the_collector(
    name: &'static str,
    rule: &'static str,
    test: &'static str,
    edits: &'static [Edit],
) -> Sabotage {
    Sabotage {
        name,
        rule,
        noticed_by: Notice::Tests {
            package: "zoomlogs-core",
            target: "collector",
            name: test,
        },
        edits,
    }
}

const DELIVERY: &str = "src/core/collector/delivery.rs";
const DAY: &str = "src/core/collector/day.rs";
const READING: &str = "src/core/collector/reading.rs";
const COLLECTOR: &str = "src/core/collector/mod.rs";
const RUN: &str = "src/core/collector/run.rs";
const SHARED: &str = "src/core/collector/shared.rs";
const UNREAD: &str = "src/core/collector/unread.rs";
const PLAN: &str = "src/core/collector/plan.rs";
const LOG: &str = "src/core/delivery_log/mod.rs";
const LEDGER: &str = "src/core/ledger/mod.rs";
const SHARED_CHECKPOINT: &str = "src/core/collector/shared_checkpoint.rs";
const FILE: &str = "src/core/checkpoint/file.rs";
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
            "            Err(_) => {\n                ledger.add_records(records.iter().copied());\n                Ok(Append::Written(key))\n            }",
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
            "            ledger.add_entry(&counts);",
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
                DELIVERY,
                "    let mut met = Met::OwnEntries;\n",
                "    let mut met = Met::OwnEntries;\n    let mut listed = false;\n",
            ),
            edit(
                DELIVERY,
                "        let folded = shared.log.fold(day, ledger).await?;",
                "        let folded = match std::mem::replace(&mut listed, true) {\n            false => shared.log.fold(day, ledger).await?,\n            true => Vec::new(),\n        };",
            ),
            edit(
                DELIVERY,
                "                shared.clock.sleep(wait).await;",
                "                shared.clock.sleep(wait).await;\n                ledger.next_seq += 1;",
            ),
        ],
    ),
    in_simulation(
        "the clock's day in a key",
        "the day in a key is the day that was asked of Zoom",
        &[edit(
            DELIVERY,
            "            .append(day, ledger, &chunk, shared.clock.now())",
            "            .append(shared.clock.now().date_naive(), ledger, &chunk, shared.clock.now())",
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
        &[edit(
            DELIVERY,
            "        match shared\n            .log\n            .append(",
            "        {\n            let mut early = ledger.clone();\n            early.add_records(chunk.iter().copied());\n            let mut checkpoint = shared.checkpoint.lock().await;\n            let mut state = checkpoint.checkpoint().day(day);\n            state.ledger = early;\n            let merges = checkpoint.merges();\n            checkpoint.put(day, state, merges);\n            let _ = checkpoint.commit(shared.meter.usage().by_day).await;\n        }\n        match shared\n            .log\n            .append(",
        )],
    ),
    in_simulation(
        "Zoom is asked before the checkpoint exists",
        "the checkpoint is created, with the start date, before Zoom is first asked",
        &[edit(
            COLLECTOR,
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
            SHARED_CHECKPOINT,
            "        let committed = self.file.commit(&mut self.loaded, &new).await;",
            "        drop(new);\n        let committed = self.file.commit(&mut self.loaded, &[]).await;",
        )],
    ),
    in_simulation(
        "Zoom's pause is forgotten",
        "after a daily limit no run makes a request until the moment that Zoom named",
        &[edit(
            COLLECTOR,
            "            .filter(|&until| until > started)",
            "            .filter(|&until| until > started && started > deadline)",
        )],
    ),
    in_simulation(
        "Zoom's word is lost where the bucket fails too",
        "what Zoom says of the day's quota holds for all days, though the day at hand failed at the bucket",
        &[edit(
            DAY,
            "                    self.shared.apply_to_all_days(self.date, said).await;",
            "                    let _ = said;",
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
            READING,
            "                .max(seen.min(state.confirmed.get(record)));",
            "                .max(seen);",
        )],
    ),
    in_simulation(
        "one sweep is proof",
        "two sweeps agree when they are equal as multisets of all the day's rows",
        &[edit(
            READING,
            "            .is_some_and(|against| against.rows == id.rows && against.page_size != id.page_size);",
            "            .is_some_and(|against| against.page_size != id.page_size);",
        )],
    ),
    in_simulation(
        "equal rows are one",
        "two genuinely equal records can exist, and both are delivered",
        &[
            edit(
                READING,
                "            let seen = self.seen.add(record);",
                "            let seen = self.seen.add(record).min(1);",
            ),
            edit(
                READING,
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
            DAY,
            "            && proof.is_some_and(|sweep| !sweep.undecided)",
            "            && proof.is_some()",
        )],
    ),
    in_simulation(
        "a day settles at its end",
        "a day settles by a sweep that began LATE_ARRIVAL_HOURS after its end or later",
        &[edit(
            DAY,
            "        let settles_from = end_of(self.date) + shared.settings.late_arrival;\n        let proof",
            "        let settles_from = end_of(self.date);\n        let proof",
        )],
    ),
    in_simulation(
        "a sweep dated by its end",
        "what settles a day is when its sweep began",
        &[
            edit(
                DAY,
                "        let sweep = self.reading.to_complete(&self.state);",
                "        let mut sweep = self.reading.to_complete(&self.state);\n        sweep.started = self.shared.clock.now();",
            ),
            edit(
                DAY,
                "            .filter(|sweep| sweep.started == self.reading.started && sweep.started >= settles_from);",
                "            .filter(|sweep| sweep.started >= settles_from);",
            ),
        ],
    ),
    in_simulation(
        "ending a sweep early",
        "a sweep reads a day to its end",
        &[
            edit(
                READING,
                "        news.nothing_new = self.depth == Depth::Head && !rows.is_empty() && {",
                "        news.nothing_new = !rows.is_empty() && {",
            ),
            edit(
                DAY,
                "                return Ok(End::KnownRows);",
                "                let sweeps = self.reading.depth == Depth::Full;\n                return Ok(if sweeps { End::LastPage } else { End::KnownRows });",
            ),
        ],
    ),
    // The ledger of a busy day.
    in_simulation(
        "the newest records are taken for all",
        "a row older than what the checkpoint carries is looked up in the log",
        &[edit(
            DAY,
            "        if !rows.iter().all(|row| ledger.knows",
            "        if !rows.iter().any(|row| ledger.knows",
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
            SHARED,
            "                self.meter.stop(error);",
            "                let _ = error;",
        )],
    ),
    in_simulation(
        "a put is given up for a page that failed",
        "a put under way is awaited: its answer says where the log stands",
        &[edit(
            DAY,
            "            Either::Left((answer, delivery)) => {\n",
            "            Either::Left((answer @ Err(_), _)) => Ok(answer),\n            Either::Left((answer, delivery)) => {\n",
        )],
    ),
    in_simulation(
        "a day in hand overwrites what was merged",
        "a day that was taken out of the checkpoint before another run's was merged in is merged with it",
        &[edit(
            SHARED_CHECKPOINT,
            "        state = if merges == self.merges {",
            "        state = if merges <= self.merges {",
        )],
    ),
    in_tests_of_the_collector(
        "a refusal slows only the request that met it",
        "where Zoom refuses requests of a second, all days of the run slow down",
        "a_catch_up_keeps_to_what_zoom_leaves_it",
        &[edit(
            "src/core/zoom/client.rs",
            "                self.pace.slow_down(now);\n",
            "",
        )],
    ),
    // Going on.
    in_simulation(
        "the place is kept though nothing was delivered",
        "a token is kept only once the rows above it are in the log",
        &[edit(
            DAY,
            "                error.into()\n",
            "                drop(error);\n                self.save_place(&failure);\n                failure\n",
        )],
    ),
    in_simulation(
        "a sweep that goes on is dated anew",
        "with the token goes the sweep's beginning",
        &[edit(
            READING,
            "                reading.started = partial.started;\n",
            "",
        )],
    ),
    in_simulation(
        "a sweep that goes on has forgotten what it saw",
        "with the token go the sweep's counts",
        &[edit(
            READING,
            "                reading.seen = seen;\n",
            "                drop(seen);\n",
        )],
    ),
    in_simulation(
        "what was left unread is forgotten",
        "after a reading that was cut short, or a foreign entry, rows below known ones are looked for",
        &[edit(
            UNREAD,
            "    state.mark_unread(reason.since(first_page, now));",
            "    let _ = (state, reason.since(first_page, now));",
        )],
    ),
    in_simulation(
        "complete over unread rows",
        "no run says that it did all that was due while a day that it read has unread rows",
        &[edit(
            RUN,
            "        if summary.days.keys().any(has_unread) {",
            "        if summary.days.keys().filter(|_| false).any(has_unread) {",
        )],
    ),
    in_tests_of_the_collector(
        "a sweep goes on that proves nothing",
        "a sweep that began before rows were left unread is not gone on with",
        "a_sweep_that_began_before_rows_were_left_unread_is_not_gone_on_with",
        &[edit(
            READING,
            "(depth == Depth::Full && proves && now",
            "(depth == Depth::Full && (proves || true) && now",
        )],
    ),
    in_simulation(
        "a foreign entry leaves nothing unread",
        "below an entry that this run did not write, rows may lie that nobody has read",
        &[edit(
            DAY,
            "            Met::ForeignEntries => self.leave_unread(Unread::ForeignEntry),",
            "            Met::ForeignEntries => {}",
        )],
    ),
    in_simulation(
        "a head ends at rows that it has just added",
        "a head reading goes on to a page that was known before it began",
        &[edit(
            READING,
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
            SHARED_CHECKPOINT,
            "        if !self.writes || !self.changed {",
            "        if !self.changed {",
        )],
    ),
    // What the simulation does not run.
    Sabotage {
        name: "the SDK's retries left on",
        rule: "a put is sent once: one that was resent meets its own success as a failed condition",
        noticed_by: Notice::Tests {
            package: "zoomlogs-aws",
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
