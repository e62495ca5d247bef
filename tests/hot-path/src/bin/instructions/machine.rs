//! What else than the code the counts depend on.

use std::process::Command;

use serde_json::{Value, json};

/// Where counts were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    /// The processor as valgrind shows it. Libraries choose by it at run time how they do a thing: SHA-256 by its own
    /// instructions, a search for a byte by 32 at a time. valgrind hides what it cannot simulate, so this differs less than
    /// processors do.
    pub(crate) processor: String,
    /// The compiler; a newer one counts otherwise.
    pub(crate) compiler: String,
}

impl Machine {
    /// This one.
    pub(crate) fn find() -> Result<Self, String> {
        let itself = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut shown = Command::new("valgrind");
        shown
            .args(["--tool=none", "-q"])
            .arg(itself)
            .arg("features");
        let mut rustc = Command::new("rustc");
        rustc.arg("--version");
        Ok(Self {
            processor: first_line(shown)?,
            compiler: first_line(rustc)?,
        })
    }

    pub(crate) fn of(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        Self {
            processor: text("processor"),
            compiler: text("compiler"),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "processor": self.processor, "compiler": self.compiler })
    }
}

fn first_line(mut command: Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// What this process sees of its processor that the libraries choose by.
pub(crate) fn features() -> String {
    let mut features = vec![std::env::consts::ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        let known = [
            ("avx2", is_x86_feature_detected!("avx2")),
            ("avx512vl", is_x86_feature_detected!("avx512vl")),
            ("bmi2", is_x86_feature_detected!("bmi2")),
            ("pclmulqdq", is_x86_feature_detected!("pclmulqdq")),
            ("sha", is_x86_feature_detected!("sha")),
        ];
        features.extend(
            known
                .into_iter()
                .filter_map(|(name, has)| has.then_some(name)),
        );
    }
    features.join(" ")
}
