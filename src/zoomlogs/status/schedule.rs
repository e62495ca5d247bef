//! The function's schedule, in EventBridge Scheduler.

use aws_config::SdkConfig;
use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::types::ScheduleState;
use serde::Serialize;

use crate::aws::AwsError;

/// A schedule.
#[derive(Debug, Clone, Serialize)]
pub struct Schedule {
    pub name: String,
    pub on: bool,
    pub rate: String,
}

/// Asks for a schedule; none if there is no such.
pub async fn find(aws: &SdkConfig, name: &str) -> Result<Option<Schedule>, AwsError> {
    let answer = Client::new(aws).get_schedule().name(name).send().await;
    match answer.map_err(AwsError::of("scheduler:GetSchedule", name)) {
        Ok(schedule) => Ok(Some(Schedule {
            name: name.to_owned(),
            on: schedule.state == Some(ScheduleState::Enabled),
            rate: schedule.schedule_expression.unwrap_or_default(),
        })),
        Err(AwsError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
