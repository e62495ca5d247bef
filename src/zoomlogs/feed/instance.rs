//! One SecOps instance, and where its API is.

use reqwest::Url;
use thiserror::Error;

/// The log type whose parser takes both reports.
const LOG_TYPE: &str = "ZOOM_OPERATION_LOGS";

/// An instance of Google SecOps.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Where the API is: a scheme and a host, without a path.
    endpoint: String,
    /// The instance's resource name.
    name: String,
}

#[derive(Debug, Error)]
pub enum InstanceError {
    #[error("{flag} is {found:?}; it takes {takes}")]
    Malformed {
        flag: &'static str,
        found: String,
        takes: &'static str,
    },
    #[error(
        "--endpoint takes the host of the Chronicle API as https://HOST, without user, path or query (http:// only for a \
         loopback address)"
    )]
    Endpoint,
}

impl Instance {
    /// Checks each part: they become parts of an address that credentials are sent to.
    pub fn new(
        project: &str,
        location: &str,
        id: &str,
        endpoint: Option<&str>,
    ) -> Result<Self, InstanceError> {
        let project = part(
            "--project",
            project,
            ".:",
            "the id or number of the Google Cloud project that is linked to SecOps",
        )?;
        let location = part(
            "--location",
            location,
            "",
            "the location of the SecOps instance, such as us, eu or europe-west2",
        )?;
        let id = part(
            "--instance",
            id,
            "",
            "the customer id of the SecOps instance: SIEM Settings, Profile",
        )?;
        Ok(Self {
            endpoint: match endpoint {
                Some(endpoint) => check_endpoint(endpoint)?,
                None => format!("https://chronicle.{location}.rep.googleapis.com"),
            },
            name: format!("projects/{project}/locations/{location}/instances/{id}"),
        })
    }

    /// Its resource name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The scheme and host of its API.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The address of its feeds.
    pub fn feeds(&self) -> String {
        self.address(&format!("{}/feeds", self.name))
    }

    /// The address of a resource.
    pub fn address(&self, name: &str) -> String {
        format!("{}/v1/{name}", self.endpoint)
    }

    /// The log type, as a resource of this instance.
    pub fn log_type(&self) -> String {
        format!("{}/logTypes/{LOG_TYPE}", self.name)
    }
}

/// One part of a resource name: letters, digits and hyphens, and what else is named.
fn part<'a>(
    flag: &'static str,
    value: &'a str,
    also: &str,
    takes: &'static str,
) -> Result<&'a str, InstanceError> {
    let fits = |char: char| char.is_ascii_alphanumeric() || char == '-' || also.contains(char);
    let begins = value.starts_with(|char: char| char.is_ascii_alphanumeric());
    if begins && value.chars().all(fits) {
        Ok(value)
    } else {
        Err(InstanceError::Malformed {
            flag,
            found: value.to_owned(),
            takes,
        })
    }
}

fn check_endpoint(endpoint: &str) -> Result<String, InstanceError> {
    let url = Url::parse(endpoint).map_err(|_| InstanceError::Endpoint)?;
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.path() == "/";
    let is_safe = match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host_str().is_some_and(is_loopback),
        _ => false,
    };
    if is_bare && is_safe {
        Ok(url.as_str().trim_end_matches('/').to_owned())
    } else {
        Err(InstanceError::Endpoint)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(endpoint: Option<&str>) -> Result<Instance, InstanceError> {
        Instance::new("acme-soc", "europe-west2", "0c1d-2e", endpoint)
    }

    #[test]
    fn the_location_says_which_host() {
        assert_eq!(
            instance(None).unwrap().feeds(),
            "https://chronicle.europe-west2.rep.googleapis.com/v1/projects/acme-soc/locations/europe-west2/instances/0c1d-2e/feeds"
        );
    }

    #[test]
    fn a_token_goes_nowhere_in_the_clear() {
        for endpoint in [
            "https://chronicle.googleapis.com/",
            "http://127.0.0.1:80",
            "http://[::1]:1",
            "http://localhost:1",
        ] {
            instance(Some(endpoint)).unwrap();
        }
        for endpoint in [
            "chronicle.googleapis.com",
            "http://chronicle.googleapis.com",
            "http://127.0.0.1.example.com",
            "https://token@chronicle.googleapis.com",
            "https://chronicle.googleapis.com/v1",
            "https://chronicle.googleapis.com?key=1",
            "ftp://127.0.0.1",
        ] {
            assert!(instance(Some(endpoint)).is_err(), "{endpoint}");
        }
    }

    #[test]
    fn a_part_is_one_part() {
        for (project, location, id) in [
            ("acme/../other", "us", "0c1d"),
            ("", "us", "0c1d"),
            ("acme", "us.evil.com#", "0c1d"),
            ("acme", "us", "0c1d?alt=x"),
            ("acme", "us", ".."),
        ] {
            assert!(
                Instance::new(project, location, id, None).is_err(),
                "{project} {location} {id}"
            );
        }
        Instance::new("example.com:acme", "us", "0C1D", None).unwrap();
    }
}
