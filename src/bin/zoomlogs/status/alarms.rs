//! The alarms that ring.

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::StateValue;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::aws::AwsError;

/// How many alarms CloudWatch describes at a time.
const AT_ONCE: usize = 100;

/// An alarm that rings.
#[derive(Debug, Clone, Serialize)]
pub struct Alarm {
    pub name: String,
    pub since: Option<DateTime<Utc>>,
    /// What it says itself.
    pub description: String,
}

/// Those of the named alarms that ring.
pub async fn ringing(aws: &SdkConfig, names: &[String]) -> Result<Vec<Alarm>, AwsError> {
    let client = Client::new(aws);
    let mut ringing = Vec::new();
    for names in names.chunks(AT_ONCE) {
        let answer = client
            .describe_alarms()
            .set_alarm_names(Some(names.to_vec()))
            .state_value(StateValue::Alarm)
            .send()
            .await
            .map_err(AwsError::of("cloudwatch:DescribeAlarms", &names.join(", ")))?;
        ringing.extend(
            answer
                .metric_alarms
                .unwrap_or_default()
                .into_iter()
                .map(|alarm| Alarm {
                    name: alarm.alarm_name.unwrap_or_default(),
                    since: alarm
                        .state_updated_timestamp
                        .and_then(|at| DateTime::from_timestamp(at.secs(), at.subsec_nanos())),
                    description: alarm.alarm_description.unwrap_or_default(),
                }),
        );
    }
    Ok(ringing)
}
