//! The alarms that ring, and those that are not there.

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::StateValue;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::aws::AwsError;

/// How many alarms CloudWatch describes at a time.
const AT_ONCE: u16 = 100;

/// What is to know of the alarms that Terraform made.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Alarms {
    pub ringing: Vec<Alarm>,
    /// The names of those that do not exist: they never ring.
    pub missing: Vec<String>,
}

/// An alarm that rings.
#[derive(Debug, Clone, Serialize)]
pub struct Alarm {
    pub name: String,
    pub since: Option<DateTime<Utc>>,
    /// What it says itself.
    pub description: String,
}

/// Looks at the named alarms.
pub async fn find(aws: &SdkConfig, names: &[String]) -> Result<Alarms, AwsError> {
    let client = Client::new(aws);
    let mut alarms = Alarms::default();
    for names in names.chunks(AT_ONCE.into()) {
        let answer = client
            .describe_alarms()
            .set_alarm_names(Some(names.to_vec()))
            .max_records(AT_ONCE.into())
            .send()
            .await
            .map_err(AwsError::of("cloudwatch:DescribeAlarms", &names.join(", ")))?;
        let found = answer.metric_alarms.unwrap_or_default();
        let is_there = |name: &String| found.iter().any(|it| it.alarm_name.as_ref() == Some(name));
        let missing = names.iter().filter(|name| !is_there(name));
        alarms.missing.extend(missing.cloned());
        let ringing = found
            .into_iter()
            .filter(|alarm| alarm.state_value == Some(StateValue::Alarm));
        alarms.ringing.extend(ringing.map(|alarm| {
            Alarm {
                name: alarm.alarm_name.unwrap_or_default(),
                since: alarm
                    .state_updated_timestamp
                    .and_then(|at| DateTime::from_timestamp(at.secs(), at.subsec_nanos())),
                description: alarm.alarm_description.unwrap_or_default(),
            }
        }));
    }
    Ok(alarms)
}
