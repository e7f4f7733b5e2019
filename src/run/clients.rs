//! The clients that a run talks to models with.

use crate::config::{Config, ProviderConfig, Recording};
use crate::format::FormatHandler as _;
use crate::llm::{Gemini, LlmClient, Offline, OpenAi, Recorded, SetupError};

use super::RunError;

/// The clients of a run.
pub(super) struct Clients {
    pub(super) samples: Box<dyn LlmClient>,
    /// That of second looks, if there are any.
    verify: Option<Box<dyn LlmClient>>,
}

impl Clients {
    pub(super) fn new(config: &Config) -> Result<Self, RunError> {
        let verifier = config.verifier.as_ref();
        Ok(Self {
            samples: client(config, &config.provider)?,
            verify: verifier.map(|it| client(config, it)).transpose()?,
        })
    }

    pub(super) fn verify(&self) -> &dyn LlmClient {
        self.verify.as_ref().unwrap_or(&self.samples).as_ref()
    }
}

fn client(config: &Config, provider: &ProviderConfig) -> Result<Box<dyn LlmClient>, RunError> {
    if provider.is_offline() {
        Offline::check(config.format.fields())?;
    }
    let sampling = provider.sampling();
    Ok(match &config.recording {
        None => sender(provider, config.options.seed)?,
        Some(Recording::Cache(folder)) => {
            let client = sender(provider, config.options.seed)?;
            Box::new(Recorded::keeping(client, sampling, folder.clone())?)
        }
        Some(Recording::Replay(folder)) => {
            let model = provider.model().to_owned();
            Box::new(Recorded::replaying(model, sampling, folder.clone())?)
        }
    })
}

pub(super) fn sender(
    provider: &ProviderConfig,
    seed: u64,
) -> Result<Box<dyn LlmClient>, SetupError> {
    Ok(match provider {
        ProviderConfig::Gemini(gemini) => Box::new(Gemini::new(gemini.clone())?),
        ProviderConfig::OpenAi(openai) => Box::new(OpenAi::new(openai.clone())?),
        ProviderConfig::Offline => Box::new(Offline::new(seed)),
    })
}
