//! What a run was asked for, so that it can be repeated.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::{Flag, Given, Setting};
use crate::config::{Config, ProviderConfig};

/// What is for one command and not for its repetition: leave to go on, to
/// replace files or not to ask, and where the key is.
const OF_ONE_COMMAND: [&str; 4] = ["resume", "overwrite", "yes", "api-key-file"];

/// The flags of a run.
#[derive(Debug, Serialize)]
pub(super) struct Arguments {
    /// Their values.
    arguments: Map<String, Value>,
    /// Those whose values are not kept, with the reasons.
    withheld: Map<String, Value>,
}

impl Arguments {
    pub(super) fn of(config: &Config) -> Self {
        let mut all = Self {
            arguments: Map::new(),
            withheld: Map::new(),
        };
        for flag in Flag::all() {
            let setting = config.settings.iter().find(|it| it.name == flag.name);
            if let Some(setting) = setting.filter(|_| !OF_ONE_COMMAND.contains(&&*flag.name)) {
                all.add(&flag, setting);
            }
        }
        if let Some(url) = base_url(&config.provider) {
            all.arguments.insert("base-url".to_owned(), url.into());
        }
        all
    }

    fn add(&mut self, flag: &Flag, setting: &Setting) {
        let name = flag.name.clone();
        let reason = match is_standard_input(setting) {
            true => Some("came from standard input"),
            false => setting.withheld(),
        };
        if let Some(reason) = reason {
            self.withheld.insert(name, reason.into());
        } else if let Some(value) = flag.value(&setting.given) {
            self.arguments.insert(name, value);
        }
    }
}

/// Whether `setting` is of documents that nobody has any more.
fn is_standard_input(setting: &Setting) -> bool {
    match &setting.given {
        Given::Values(values) => setting.name == "documents" && values.iter().any(|it| it == "-"),
        Given::Off | Given::On => false,
    }
}

/// The address of the endpoint, which may come from the environment.
fn base_url(provider: &ProviderConfig) -> Option<String> {
    let url = match provider {
        ProviderConfig::Gemini(config) => config.base_url.as_ref(),
        ProviderConfig::OpenAi(config) => config.base_url.as_ref(),
        ProviderConfig::Offline => None,
    };
    url.map(ToString::to_string)
}
