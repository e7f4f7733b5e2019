//! What the libraries of the users make of the files, if Python has them.

use std::process::Command;

use sdgen::format::PREDEFINED;

use crate::sandbox::Sandbox;

/// The interpreter that has what `tests/python/requirements.txt` lists.
const PYTHON: &str = "SDGEN_TEST_PYTHON";

#[test]
#[expect(clippy::print_stderr, reason = "who runs it wants to know")]
fn python_reads_back_what_was_written() {
    let Ok(python) = std::env::var(PYTHON) else {
        eprintln!("skipped: {PYTHON} names no Python");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/read_back.py");
    for format in PREDEFINED {
        let sandbox = Sandbox::new();
        let words = format!(
            "--provider offline --query moons --format {format} --samples 60 --seed 1 \
             --split 0.6,0.2,0.2 --output-format all hf"
        );
        let labels: &[&str] = match format {
            "classification" => &["--labels", "near,far"],
            _ => &[],
        };
        sandbox.run(&words, labels).exits(0);
        let base = format!("synthetic_data_{format}_from_query");
        let output = Command::new(&python)
            .arg(script)
            .args([sandbox.path("."), base.into(), format.into()])
            .env("HF_HOME", sandbox.path("hub"))
            .env("HF_HUB_OFFLINE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{format}: {said}");
    }
}
