//! `zoomlogs udm`: records as the parser of Google SecOps will see them, as far as Google's published mapping tells.
//!
//! | module | what it is |
//! |---|---|
//! | `view` | how the events are shown: as JSON lines, as a table, or explained |
//! | `source` | where records are read from: files, standard input, S3 |
//! | `records` | the records in those bytes, and what of them is none |
//! | `summary` | what all of them together have |

mod records;
mod source;
mod summary;
mod view;

use std::fmt;
use std::io::{self, IsTerminal as _};

use clap::Args;
use thiserror::Error;
use zoomlogs_udm::{Event, Statistics};

use self::records::{Line, Records};
use self::source::{Source, SourceError};
use self::summary::Summary;
use self::view::{Shown, View, shown};
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};

const PREVIEW: &str = "\
A preview by the mapping table that Google publishes for ZOOM_OPERATION_LOGS. Google's parser itself is closed and may do \
otherwise. Ours, not Google's: how operation_detail is taken apart, what an address is, which times, event types and IP \
addresses are taken, and where a sign-in's email goes; --explain says it of each value.";

/// How many lines, and how many damaged files, are complained about one by one.
const COMPLAINTS: u64 = 10;

/// Shows records as the parser of Google SecOps will see them
///
/// Takes records as they are delivered, a line for each, or an array of them, or one after the other; gzipped or not; of the
/// report operationlogs or activities, which the records themselves tell. Writes an event of Google's Unified Data Model for
/// each: a line of JSON, or a table when standard output is a terminal.
///
/// It is a preview. Google publishes what its parser maps where, and not how it reads the details; what is decided here
/// instead is marked as ours by --explain.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  zoomlogs udm s3://BUCKET/zoom/operationlogs/2026/11/22/ --stats
  zoomlogs udm delivered.json.gz --explain --limit 3
  zoomlogs udm < records.ndjson | jq -r '.target.user.emailAddresses[]?' | sort | uniq -c

For s3:// it needs s3:GetObject, and s3:ListBucket where the name ends in a slash.

Exit codes: 0 all records are shown; 1 some lines are no records, a gzip is damaged, or AWS failed; 2 there is no such file.")]
pub struct UdmArguments {
    /// Where the records are: a file, s3://bucket/key, s3://bucket/prefix/, or - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    sources: Vec<Source>,

    /// Shows a table, also where standard output is no terminal
    #[arg(long, group = "view")]
    table: bool,

    /// Shows of each value where it came from and whose rule put it there, and what is in no field of its own
    #[arg(long, group = "view")]
    explain: bool,

    /// Reports on all records together: which fields they have, and which details were not understood
    #[arg(long, group = "view")]
    stats: bool,

    /// Ends after so many records
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

#[derive(Debug, Error)]
pub enum UdmError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{0}")]
    Incomplete(Incomplete),
}

/// What was not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Incomplete {
    /// How many lines were no records.
    lines: u64,
    /// Of how many files or objects the end could not be unpacked.
    damaged: u64,
}

impl CommandError for UdmError {
    fn code(&self) -> Code {
        match self {
            Self::Source(error) => error.code(),
            Self::Output(_) | Self::Incomplete(_) => Code::Failed,
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines {
            0 => {}
            1 => f.write_str("one line is no record and left out")?,
            n => write!(f, "{n} lines are no record and left out")?,
        }
        if self.lines > 0 && self.damaged > 0 {
            f.write_str(", and ")?;
        }
        match self.damaged {
            0 => return f.write_str(", see above; all others were shown"),
            1 => f.write_str("one file or object is damaged")?,
            n => write!(f, "{n} files or objects are damaged")?,
        }
        f.write_str(", and what comes after the damage is not shown; see above")
    }
}

pub async fn command(arguments: UdmArguments, output: &Output) -> Result<(), UdmError> {
    output.remark(PREVIEW);
    if arguments.sources.contains(&Source::StandardInput) && io::stdin().is_terminal() {
        output.remark("Records are read from standard input; Ctrl-D ends them.");
    }
    let view = if arguments.stats {
        View::Nothing
    } else if arguments.explain {
        View::Explained {
            json: output.is_json(),
        }
    } else if arguments.table || (io::stdout().is_terminal() && !output.is_json()) {
        View::Table
    } else {
        View::Lines
    };
    let mut preview = Preview {
        shown: Shown::new(view),
        statistics: Statistics::default(),
        left: arguments.limit.unwrap_or(u64::MAX),
        incomplete: Incomplete::default(),
        output,
    };
    match preview.show(&arguments).await {
        // Whoever reads has seen enough, as head does.
        Err(UdmError::Output(OutputError(error))) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(())
        }
        Ok(()) if preview.incomplete != Incomplete::default() => {
            Err(UdmError::Incomplete(preview.incomplete))
        }
        done => done,
    }
}

/// The events, one after the other.
struct Preview<'a> {
    shown: Shown,
    statistics: Statistics,
    /// How many more are asked for.
    left: u64,
    incomplete: Incomplete,
    output: &'a Output,
}

impl Preview<'_> {
    async fn show(&mut self, arguments: &UdmArguments) -> Result<(), UdmError> {
        self.of(&arguments.sources).await?;
        self.shown.finish()?;
        if arguments.stats {
            let summary = Summary::of(&self.statistics);
            self.output.show(&summary.to_string(), &summary)?;
        }
        Ok(())
    }

    async fn of(&mut self, sources: &[Source]) -> Result<(), UdmError> {
        for source in sources {
            // The next one need not even be there.
            if self.left == 0 {
                break;
            }
            let mut objects = source.objects().await?;
            while self.left > 0
                && let Some(object) = objects.next().await?
            {
                for line in Records::of(&object.bytes) {
                    if self.left == 0 {
                        break;
                    }
                    self.line(&object.name, line)?;
                }
                // With nothing left to show, the damage is behind what was asked for.
                if self.left > 0
                    && let Some(damage) = &object.damage
                {
                    self.incomplete.damaged += 1;
                    let text = format!("{}: {damage}", object.name);
                    self.complain(self.incomplete.damaged, &text);
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, name: &str, line: Line<'_>) -> Result<(), UdmError> {
        match line.content {
            Ok(record) => {
                let event = Event::of(record);
                self.left -= 1;
                self.statistics.add(&event);
                self.shown.event(&event, name, line.number)?;
            }
            Err(reason) => {
                self.incomplete.lines += 1;
                let text = format!("{name}:{}: {reason}", line.number);
                self.complain(self.incomplete.lines, &text);
            }
        }
        Ok(())
    }

    /// Says what is wrong, of which this is the so many-th.
    fn complain(&self, count: u64, text: &str) {
        if count <= COMPLAINTS {
            self.output.remark(&format!("zoomlogs: {}", shown(text)));
        } else if count == COMPLAINTS + 1 {
            self.output.remark("zoomlogs: … and more");
        }
    }
}
