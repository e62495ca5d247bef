//! `KEEP=1`: everything stays, and how to talk to it.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _};

use anyhow::{Context, Result};
use local_stack::{AccessKey, DeployedReport};

use crate::scene::Scene;

impl Scene {
    /// Writes down how to talk to all this, in files that only this user can read and that go with the stack.
    pub(crate) fn keep(&self, key: &AccessKey) -> Result<()> {
        let administrator = self.stack.directory().join("admin.env");
        let reader = self.stack.directory().join("reader.env");
        for (path, key) in [(&administrator, &AccessKey::root()), (&reader, key)] {
            let lines: String = self
                .stack
                .environment(key)
                .iter()
                .map(|(name, value)| format!("export {name}='{value}'\n"))
                .collect();
            fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .and_then(|mut file| file.write_all(lines.as_bytes()))
                .with_context(|| path.display().to_string())?;
        }
        let bucket = &self.deployment.bucket;
        let DeployedReport {
            s3_prefix,
            function_name,
            log_group_name,
            ..
        } = self.deployment.operation_logs();
        let zoom = self.account.server().url();
        println!(
            "
KEEP=1: everything keeps running, the schedules included, until Ctrl-C.

  AWS        {endpoint}   (CA: {ca})
  as root    . {administrator}
  as reader  . {reader}
  log        {log}
  state      {state}

  aws s3 ls --recursive s3://{bucket}/{s3_prefix}
  aws lambda invoke --function-name {function_name} /dev/stdout
  aws logs tail {log_group_name} --follow
  scripts/zoomlogs status --function {function_name}

  Zoom       {zoom}
  curl {zoom}/_simulator/truth
  curl {zoom}/_simulator/records -d '{{\"date\":\"{today}\",\"count\":10,\"seed\":1}}'
",
            endpoint = self.stack.endpoint(),
            ca = self.stack.ca_file().display(),
            administrator = administrator.display(),
            reader = reader.display(),
            log = self.stack.log_file().display(),
            state = self.stack.terraform_state_file().display(),
            today = self.account.days()[2],
        );
        Ok(())
    }
}
