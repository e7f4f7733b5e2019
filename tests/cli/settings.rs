//! Settings of a file and of the environment.

use crate::sandbox::Sandbox;

const FILE: &str = r#"query = "moons"
format = "qa"
provider = "offline"
samples = 1_0
output_format = ["jsonl", "csv"]
no-refine = true
"#;

const DATA: &str = "synthetic_data_qa_from_query.jsonl";

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write("sdgen.toml", FILE);
    let env = [
        ("SDGEN_SAMPLES", "7"),
        ("SDGEN_OUTPUT_FORMAT", "jsonl"),
        ("SDGEN_NO_REFINE", "false"),
        ("SDGEN_LANGUAGE", " "),
    ];
    let ran = sandbox
        .run_in(&env, "config --samples 5 --top_p 0.50", &[])
        .exits(0);
    assert_eq!(
        ran.stdout,
        "query = \"moons\"  # sdgen.toml\n\
         format = \"qa\"  # sdgen.toml\n\
         samples = 5  # the command line\n\
         provider = \"offline\"  # sdgen.toml\n\
         top-p = 0.5  # the command line\n\
         output-format = [\"jsonl\"]  # SDGEN_OUTPUT_FORMAT\n"
    );
    sandbox.run_in(&env, "", &[]).exits(0);
    assert_eq!(sandbox.jsonl(DATA).len(), 7);
}

#[test]
fn a_file_that_was_not_asked_for_is_told_once_and_can_be_ignored() {
    let sandbox = Sandbox::new();
    sandbox.write("sdgen.toml", FILE);
    let ran = sandbox.run("", &[]).exits(0);
    assert_eq!(
        ran.stderr.matches("sdgen.toml").count(),
        1,
        "{}",
        ran.stderr
    );
    sandbox.run("--no-config", &[]).exits(2).says("--query");
    sandbox.write("sdgen.toml", "nonsense");
    sandbox.write("other.toml", FILE);
    sandbox.run("--config other.toml --overwrite", &[]).exits(0);
    sandbox.run("man", &[]).exits(0);
    sandbox.run("", &[]).exits(2).says("`sdgen.toml` line 1");
}

#[test]
fn of_flags_that_exclude_each_other_the_highest_layer_decides() {
    let sandbox = Sandbox::new();
    sandbox.write("sdgen.toml", format!("{FILE}no-plan = true\n"));
    let env = [("SDGEN_TOPICS", "none"), ("SDGEN_PLAN", "")];
    let ran = sandbox.run_in(&env, "config --documents a b", &[]).exits(0);
    assert!(
        ran.stdout
            .contains("documents = [\"a\", \"b\"]  # the command line")
    );
    assert!(ran.stdout.contains("topics = \"none\"  # SDGEN_TOPICS"));
    assert!(!ran.stdout.contains("query") && !ran.stdout.contains("no-plan"));
    let env = [("SDGEN_NO_PLAN", "false")];
    let ran = sandbox.run_in(&env, "config", &[]).exits(0);
    assert!(!ran.stdout.contains("no-plan"), "{}", ran.stdout);
}

#[test]
fn what_config_prints_is_a_file_that_says_the_same() {
    let sandbox = Sandbox::new();
    let words = "config --format pair-class --verify --balance label=1,2,3 --seed 18446744073709551615 \
                 --min-quality 2 --near-threshold 0.9 --documents a b --output-format csv";
    let prefix = ["--output-prefix", "a\"b\\ \u{7f}é"];
    let told = sandbox.run(words, &prefix).exits(0).stdout;
    sandbox.write("told.toml", &told);
    let again = sandbox
        .run("config --config told.toml", &[])
        .exits(0)
        .stdout;
    assert_eq!(again, told.replace("the command line", "told.toml"));
    sandbox.write("all.toml", sandbox.run("config --all", &[]).exits(0).stdout);
    let ran = sandbox.run("config --config all.toml", &[]).exits(0);
    assert_eq!(ran.stdout, "");
    sandbox.write("all.toml", "documents = [\"https://me:secret@a.example/\"]");
    let ran = sandbox.run("config --config all.toml", &[]).exits(0);
    assert!(!ran.stdout.contains("secret"), "{}", ran.stdout);
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_line() {
    for (text, line, said) in [
        (
            "\nsampels = 3",
            2,
            "`sampels` is no setting; the nearest is `samples`",
        ),
        (
            "samples = 0",
            1,
            "samples: invalid value '0' for '--samples <N>': must be at least 1",
        ),
        (
            "# a\nsamples = \"many\"",
            2,
            "must be a whole number, at least 1",
        ),
        (
            "format = 'xml'",
            1,
            "pair-class, pair-score, pair, triplet, qa",
        ),
        ("verify = 'yes'", 1, "verify: must be true or false"),
        ("samples = true", 1, "samples: takes a value"),
        ("samples = [1, 2]", 1, "samples: takes one value"),
        ("output-format = []", 1, "at least one value"),
        ("output-format = [[]]", 1, "must be a list of texts"),
        ("seed = 2026-11-12", 1, "is no text and no number"),
        ("seed = 1\nseed = 2", 2, "duplicate key"),
        ("top-p = 1\n\ntop_p = 0.5", 3, "top-p: is there twice"),
        ("[model]\nname = 'm'", 1, "settings stand outside of tables"),
        ("samples = ", 1, "error: `c.toml` line 1: "),
        ("config = 'a'", 1, "on the command line only"),
        ("api-key = 'sk-secret'", 1, "a key is no setting"),
        (
            "query = 'q'\ndocuments = ['d']\nformat = 'qa'",
            2,
            "cannot be used with",
        ),
        ("query = 'q'\nformat = 'qa'\nrubric = 'r'", 3, "--verify"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("c.toml", text);
        let ran = sandbox.run("--config c.toml", &[]).exits(2).says(said);
        let ran = ran.says(&format!("`c.toml` line {line}"));
        assert!(!ran.stderr.contains("sk-secret"), "{}", ran.stderr);
        assert_eq!(sandbox.files(), ["c.toml"]);
    }
    let ran = Sandbox::new().run("--config c.toml", &[]).exits(2);
    ran.says("`c.toml`: No such file");
}

#[test]
fn a_variable_that_is_wrong_is_refused_by_name() {
    for (variable, value, said) in [
        ("SDGEN_SAMPELS", "3", "the nearest is `samples`"),
        ("SDGEN_SAMPLES", "0", "must be at least 1"),
        ("SDGEN_VERIFY", "yes", "must be true or false"),
        ("SDGEN_FROM", "f", "on the command line only"),
        ("SDGEN_API_KEY", "sk-secret", "--api-key-file"),
    ] {
        let words = "--query q --format qa --provider offline";
        let ran = Sandbox::new().run_in(&[(variable, value)], words, &[]);
        let ran = ran.exits(2).says(&format!("{variable}: ")).says(said);
        assert!(!ran.stderr.contains("sk-secret"), "{}", ran.stderr);
    }
}
