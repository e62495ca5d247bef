//! Which of the pipelines that Terraform made the command line names.

use clap::Args;

use crate::deployment::{DeploymentError, Environment, Named, must_collect};

/// See the [module](self).
#[derive(Debug, Args)]
pub struct Place {
    /// The environment, a folder in terraform/environments
    #[arg(long, value_name = "ENV")]
    env: Option<String>,

    /// The Zoom account, where the environment has several
    #[arg(long, requires = "env")]
    account: Option<String>,
}

impl Place {
    /// The one pipeline that is named; none without --env.
    pub fn pipeline(&self) -> Result<Option<Named>, DeploymentError> {
        let Some(environment) = &self.env else {
            return Ok(None);
        };
        Environment::read(environment)?
            .pipeline(self.account.as_deref())
            .map(Some)
    }

    /// The pipelines of all accounts, unless one is named; none without --env. Fails if `report` is named and none of them
    /// collects it.
    pub fn pipelines(&self, report: Option<&str>) -> Result<Vec<Named>, DeploymentError> {
        let pipelines = match (&self.env, &self.account) {
            (Some(environment), None) => Environment::read(environment)?.all(),
            _ => self.pipeline()?.into_iter().collect(),
        };
        must_collect(&pipelines, report)?;
        Ok(pipelines)
    }
}
