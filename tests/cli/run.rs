//! One run of the program, and what it says of itself.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::fake_gemini::{self, FakeGemini};
use crate::fake_openai::FakeOpenAi;
use crate::sandbox::Sandbox;

/// What a run printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The object that `--json` prints. Its books must add up.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let result: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr));
        let samples = &result["samples"];
        let parts = [
            "written",
            "duplicate",
            "rejected",
            "blocked",
            "truncated",
            "failed",
        ];
        let accounted: u64 = parts.iter().map(|part| total(&samples[*part])).sum();
        assert_eq!(total(&samples["requested"]), accounted, "{samples}");
        assert_eq!(result["end"]["exit_code"], self.code);
        result
    }

    /// Asserts the exit code, and that nothing panicked.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Asserts that stderr says `text`, however it is broken into lines.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            in_one_line(&self.stderr).contains(&in_one_line(text)),
            "no `{text}` in: {}",
            self.stderr
        );
        self
    }
}

/// `text` with a space for whatever space there is in it.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A count, or the sum of counts by reason.
pub(crate) fn total(counts: &Value) -> u64 {
    match counts {
        Value::Object(reasons) => reasons.values().filter_map(Value::as_u64).sum(),
        count => count.as_u64().unwrap(),
    }
}

impl Sandbox {
    /// Runs the program with words separated by spaces, and more arguments.
    pub(crate) fn run(&self, words: &str, more: &[&str]) -> Ran {
        self.run_in(&[], words, more)
    }

    /// The same with variables in the environment.
    pub(crate) fn run_in(&self, env: &[(&str, &str)], words: &str, more: &[&str]) -> Ran {
        let output = self
            .sdgen()
            .envs(env.iter().copied())
            .args(words.split_whitespace())
            .args(more)
            .output();
        output.unwrap().into()
    }

    /// Runs it against a fake Gemini, with its key and the query "q".
    pub(crate) fn gemini(&self, fake: &FakeGemini, words: &str) -> Ran {
        let env = [("GOOGLE_API_KEY", fake_gemini::KEY)];
        self.run_in(
            &env,
            words,
            &["--query", "q", "--base-url", &fake.server.url()],
        )
    }

    /// The same as a process that can be killed; the query "q" is left out.
    pub(crate) fn gemini_process(&self, fake: &FakeGemini, words: &str) -> Command {
        let mut command = self.process();
        command
            .env("GOOGLE_API_KEY", fake_gemini::KEY)
            .args(["--base-url", &fake.server.url()])
            .args(words.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it against a fake OpenAI-compatible server, with the query "q".
    pub(crate) fn openai(&self, fake: &FakeOpenAi, words: &str) -> Ran {
        let env = [("OPENAI_API_KEY", crate::fake_openai::KEY)];
        let always = format!("--provider openai --model m --query q {words}");
        self.run_in(&env, &always, &["--base-url", &fake.base_url()])
    }
}
