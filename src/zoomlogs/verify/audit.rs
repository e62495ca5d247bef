//! One function: what it delivered, day by day.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use zoomlogs_aws::config::Config;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::calendar::DayRange;
use zoomlogs_core::clock::Clock as _;

use super::audit_report::{DayAudit, FunctionAudit, moment};
use super::bucket::Bucket;
use super::day::{DayAuditor, DayError, READINGS};
use super::day_log::Survey;
use super::excuses::{Excuses, Settlement};
use super::range;
use super::zoom_reading::{ZoomReadError, ZoomReader};
use crate::aws::AwsError;
use crate::output::Output;
use crate::target::{Target, TargetError};
use crate::wording::number_of;

/// What a record takes in an entry, by the account that the tests make up: for an estimate, and nothing else.
const BYTES_PER_RECORD: u64 = 20;

/// How an audit is done.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub range: DayRange,
    /// Whether somebody asked for just these days.
    pub asked_for: bool,
    pub max_requests: Option<u64>,
    pub examples: usize,
    pub show: bool,
}

/// What stopped the audit of a function before its first day.
#[derive(Debug, thiserror::Error)]
enum SetupError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Zoom(#[from] ZoomReadError),
    #[error(
        "Zoom asked the function for no further request until {0}, and nor is it asked by this"
    )]
    Paused(String),
}

/// Looks at a function. What cannot be looked at is in the report.
pub async fn audit(target: &Target, options: Options, output: &Output) -> FunctionAudit {
    let mut report = FunctionAudit {
        function: target.function.clone(),
        pipeline: target.named.as_ref().map(ToString::to_string),
        ..FunctionAudit::default()
    };
    if let Err(error) = fill(target, options, output, &mut report).await {
        report.error = Some(error.to_string());
    }
    report
}

async fn fill(
    target: &Target,
    options: Options,
    output: &Output,
    report: &mut FunctionAudit,
) -> Result<(), SetupError> {
    let deployed = target.configuration().await?;
    let config = deployed.parse(&target.function)?;
    let settings = &config.settings;
    report.function.clone_from(&deployed.arn);
    report.report = settings.report.name.to_owned();
    report.zoom.clone_from(&config.endpoints.api_url);
    report.bucket.clone_from(&config.bucket);
    report.prefix.clone_from(&settings.s3_prefix);

    let bucket = Bucket::new(&config, &target.aws);
    let run_time = TimeDelta::from_std(deployed.timeout).unwrap_or_default();
    let mut excuses = Excuses::read(&target.aws, &config, run_time).await;
    let range = if options.asked_for {
        options.range
    } else {
        range::collected_since(options.range, excuses.start_date())
    };
    report.from = Some(range.from);
    report.to = Some(range.to);
    report.last_complete_run = excuses.last_complete_run().map(moment);
    report.settled_through = excuses.settled_through();
    let now = SystemClock.now();
    report.remarks = remarks(&excuses, options.range, range, now);
    if let Some(until) = excuses.paused_until(now) {
        return Err(SetupError::Paused(moment(until)));
    }

    let survey = Survey::of(&bucket, now.date_naive()).await?;
    let limit = limit(&config, &excuses, options, now.date_naive());
    output.remark(&announce(&config, &excuses, range, &survey, limit));
    report.remarks.extend(not_compared(&survey, range));
    report.astray = survey.astray;

    let zoom = ZoomReader::new(&config, &target.aws, limit)?;
    let auditor = DayAuditor {
        zoom: &zoom,
        bucket: &bucket,
        page_size: settings.page_size,
        examples: options.examples,
        show: options.show,
    };
    let mut stopped: Option<String> = None;
    for day in range.iter() {
        let today = SystemClock.now().date_naive();
        if stopped.is_none() && excuses.state(day, today) != Settlement::Settled {
            // The function goes on meanwhile, and an excuse is judged by the clock.
            excuses.read_again(&target.aws, &config).await;
            report.last_complete_run = excuses.last_complete_run().map(moment);
            report.settled_through = excuses.settled_through();
        }
        let day = match &stopped {
            Some(reason) => DayAudit::unread(day, excuses.state(day, today), reason.clone()),
            None => look_at(&auditor, day, &excuses, &mut stopped).await,
        };
        report.days.push(day);
    }
    report.requests = zoom.spent();
    Ok(())
}

async fn look_at(
    auditor: &DayAuditor<'_>,
    day: NaiveDate,
    excuses: &Excuses,
    stopped: &mut Option<String>,
) -> DayAudit {
    match auditor.look_at(day, excuses).await {
        Ok(audit) => audit,
        Err(error) => {
            if DayError::stops(&error) {
                *stopped = Some(format!("as on {day}: {error}"));
            }
            let today = SystemClock.now().date_naive();
            DayAudit::unread(day, excuses.state(day, today), error.to_string())
        }
    }
}

/// How many requests to Zoom it may take: what the function's own budget has left today, unless somebody says otherwise.
fn limit(config: &Config, excuses: &Excuses, options: Options, today: NaiveDate) -> u64 {
    let budget = config.settings.daily_request_budget;
    let left = budget.saturating_sub(excuses.spent(today).unwrap_or_default());
    options.max_requests.unwrap_or(left)
}

/// What it is going to do, and what that takes.
fn announce(
    config: &Config,
    excuses: &Excuses,
    range: DayRange,
    survey: &Survey,
    limit: u64,
) -> String {
    let page = u64::from(config.settings.page_size) * BYTES_PER_RECORD;
    let pages = |day| survey.bytes(day) / page + 1;
    let once: u64 = range.iter().map(pages).sum();
    let days = number_of(range.iter().count(), "day", "days");
    let today = SystemClock.now().date_naive();
    let spent = excuses
        .spent(today)
        .map_or("an unknown number".to_owned(), |spent| spent.to_string());
    format!(
        "{report}, {from} to {to} ({days}), from Zoom and from s3://{bucket}/{prefix}.\n\
         By the size of the entries that takes about {once} requests to Zoom, and up to {READINGS} times as many where a day \
         does not match at once. It stops at {limit}: of the function's {budget} requests for today \
         (ZOOM_DAILY_REQUEST_BUDGET) {spent} are spent.",
        report = config.settings.report.name,
        from = range.from,
        to = range.to,
        bucket = config.bucket,
        prefix = config.settings.s3_prefix,
        budget = config.settings.daily_request_budget,
    )
}

/// What lies in the bucket and is not looked at.
fn not_compared(survey: &Survey, range: DayRange) -> Option<String> {
    let others = number_of(survey.beyond(range), "object lies", "objects lie");
    (survey.beyond(range) > 0).then(|| {
        format!(
            "Only the days {} to {} were compared: {others} in other days' folders, of which this says nothing.",
            range.from, range.to
        )
    })
}

fn remarks(excuses: &Excuses, asked: DayRange, range: DayRange, now: DateTime<Utc>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(problem) = excuses.problem() {
        remarks.push(format!(
            "The function's checkpoint cannot be read ({problem}): which days are settled is not known, and no row that is \
             missing has an excuse."
        ));
    }
    let open = |day| excuses.state(day, now.date_naive()) == Settlement::Open;
    if excuses.is_behind(now) && range.iter().any(open) {
        remarks.push(
            "The function has not come to the end of a run for two hours: what it has not delivered since counts as missing."
                .to_owned(),
        );
    }
    if range != asked {
        remarks.push(format!(
            "The days before {} are left out: the collection began on that day. --from looks at them all the same.",
            range.from
        ));
    }
    if let Some(start) = excuses.start_date().filter(|&start| range.from < start) {
        remarks.push(format!(
            "The collection began on {start}: what Zoom has of days before it was never to be delivered, unless by a replay."
        ));
    }
    remarks
}
