//! Files, folders and patterns to a corpus.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::extract::SUPPORTED;
use super::*;

fn load_all(inputs: &[PathBuf]) -> Result<Corpus, LoadError> {
    load(inputs, HowToRead::default(), Path::new("."), |_| {})
}

fn load_auto(path: &Path) -> Result<Corpus, LoadError> {
    load_all(&[path.to_owned()])
}

/// The text of each passage.
fn passages(corpus: &Corpus) -> Vec<String> {
    let passages = (0..corpus.passages.len()).map(|index| corpus.passages.get(index));
    passages
        .map(|passage| passage.unwrap().text.to_string())
        .collect()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn texts(corpus: &Corpus, root: &TempDir) -> Vec<(String, String)> {
    let documents = corpus.documents.iter().zip(passages(corpus));
    documents
        .map(|(document, text)| (relative(&document.path, root), text))
        .collect()
}

fn reasons(skipped: &[Skipped], root: &TempDir) -> Vec<(String, String)> {
    skipped
        .iter()
        .map(|skipped| (relative(&skipped.path, root), skipped.reason.clone()))
        .collect()
}

fn relative(path: &Path, root: &TempDir) -> String {
    let path = path.strip_prefix(root.path()).unwrap();
    path.to_str().unwrap().replace('\\', "/")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

fn message(path: &Path, root: &TempDir) -> String {
    let message = load_auto(path).unwrap_err().to_string();
    let message = message.replace(root.path().to_str().unwrap(), "…");
    message.replace('\\', "/")
}

#[test]
fn those_who_wait_learn_how_many_files_of_all_are_read() {
    let root = folder(&[("a.txt", b"One."), ("b.txt", b"Two."), ("c.txt", b"\0\0")]);
    let mut told = Vec::new();
    let inputs = [root.path().to_owned()];
    let watch = |loaded| told.push(loaded);
    load(&inputs, HowToRead::default(), Path::new("."), watch).unwrap();
    // Counting the files may take longer than reading them.
    assert!(told.iter().all(|it| matches!(it.all, None | Some(3))));
    let last = told.last().unwrap();
    assert_eq!((last.files, last.passages), (3, 2));
}

#[test]
fn every_type_is_read_from_nested_folders_in_the_order_of_paths() {
    let root = folder(&[
        ("z.txt", b"last\r\n"),
        ("b/deep/page.HTM", b"<p>page</p>"),
        ("b/table.csv", b"a,b\n1,2\n"),
        ("b.md", b"# heading"),
        ("a.json", b"[{\"k\":\"v\"}]"),
        ("c.jsonl", b"{\"k\":1}\n"),
        ("d.html", b"<b>bold</b>"),
    ]);
    let corpus = load_auto(root.path()).unwrap();
    assert_eq!(
        texts(&corpus, &root),
        pairs(&[
            ("a.json", "k: v"),
            ("b/deep/page.HTM", "page"),
            ("b/table.csv", "a: 1\nb: 2"),
            ("b.md", "# heading"),
            ("c.jsonl", "k: 1"),
            ("d.html", "bold"),
            ("z.txt", "last"),
        ])
    );
    assert_eq!(corpus.skipped, []);
}

#[test]
fn a_document_knows_the_size_of_its_file() {
    let root = folder(&[("a.txt", b"\xEF\xBB\xBFhi\r\n")]);
    let corpus = load_auto(&root.path().join("a.txt")).unwrap();
    assert_eq!(corpus.documents[0].bytes, 7);
    assert_eq!(passages(&corpus), ["hi"]);
}

#[test]
fn hidden_files_and_folders_are_passed_over() {
    let root = folder(&[
        (".git/config.txt", b"x"),
        (".hidden.txt", b"x"),
        ("seen.txt", b"x"),
    ]);
    let corpus = load_auto(root.path()).unwrap();
    assert_eq!(texts(&corpus, &root), pairs(&[("seen.txt", "x")]));
    assert_eq!(corpus.skipped, []);
}

#[test]
fn a_hidden_folder_is_read_when_it_is_asked_for() {
    let root = folder(&[(".hidden/a.txt", b"x")]);
    let corpus = load_auto(&root.path().join(".hidden")).unwrap();
    assert_eq!(texts(&corpus, &root), pairs(&[(".hidden/a.txt", "x")]));
}

#[test]
fn files_of_no_use_are_skipped_with_a_reason() {
    let root = folder(&[
        ("a.txt", b"text"),
        ("bad.json", b"{"),
        ("bad.jsonl", b"{}\n["),
        ("binary.txt", b"a\0b"),
        ("blank.md", b" \n"),
        ("torn.txt", b"\xFF\xFEh"),
        ("film.mp4", b"mp4"),
    ]);
    let corpus = load_auto(root.path()).unwrap();
    assert_eq!(texts(&corpus, &root), pairs(&[("a.txt", "text")]));
    assert_eq!(
        reasons(&corpus.skipped, &root),
        pairs(&[
            ("bad.json", "invalid JSON at line 1, column 1"),
            ("bad.jsonl", "invalid JSON at line 2, column 1"),
            ("binary.txt", "binary data, not text"),
            ("blank.md", "holds no text"),
            (
                "film.mp4",
                &format!("type `.mp4` is not supported, only {SUPPORTED}")
            ),
            ("torn.txt", "in no known text encoding"),
        ])
    );
}

#[test]
fn a_single_file_of_no_use_is_an_error_that_names_it() {
    let root = folder(&[
        ("film.mp4", b"mp4"),
        ("blank.txt", b"\n"),
        ("bad.json", b"{"),
    ]);
    for (name, expected) in [
        (
            "film.mp4",
            format!("cannot use `…/film.mp4`: type `.mp4` is not supported, only {SUPPORTED}"),
        ),
        (
            "blank.txt",
            "cannot use `…/blank.txt`: holds no text".to_owned(),
        ),
        (
            "bad.json",
            "cannot use `…/bad.json`: invalid JSON at line 1, column 1".to_owned(),
        ),
        (
            "missing.txt",
            "no file or folder `…/missing.txt`; check the path".to_owned(),
        ),
    ] {
        assert_eq!(message(&root.path().join(name), &root), expected);
    }
}

#[test]
fn a_folder_without_text_is_an_error() {
    let root = folder(&[("film.mp4", b"mp4")]);
    assert_eq!(
        message(root.path(), &root),
        format!("folder `…` holds no text (files skipped: 1); add files of type {SUPPORTED}")
    );
}

#[cfg(unix)]
#[test]
fn symbolic_links_in_a_folder_are_not_followed() {
    use std::os::unix::fs::symlink;

    let outside = folder(&[("secret.txt", b"secret")]);
    let root = folder(&[("a.txt", b"text")]);
    symlink(root.path(), root.path().join("loop")).unwrap();
    symlink(
        outside.path().join("secret.txt"),
        root.path().join("out.txt"),
    )
    .unwrap();
    let corpus = load_auto(root.path()).unwrap();
    assert_eq!(texts(&corpus, &root), pairs(&[("a.txt", "text")]));
    assert_eq!(
        reasons(&corpus.skipped, &root),
        pairs(&[
            ("loop", "a symbolic link, which is not followed"),
            ("out.txt", "a symbolic link, which is not followed"),
        ])
    );
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_that_is_asked_for_is_followed() {
    let root = folder(&[("a/b.txt", b"text")]);
    let link = root.path().join("link");
    std::os::unix::fs::symlink(root.path().join("a"), &link).unwrap();
    let corpus = load_auto(&link).unwrap();
    assert_eq!(texts(&corpus, &root), pairs(&[("link/b.txt", "text")]));
}

#[cfg(unix)]
#[test]
fn a_named_pipe_does_not_block() {
    let root = folder(&[("a.txt", b"text")]);
    let pipe = root.path().join("pipe.txt");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let corpus = load_auto(root.path()).unwrap();
    assert_eq!(
        reasons(&corpus.skipped, &root),
        pairs(&[("pipe.txt", "not a regular file")])
    );
    assert_eq!(
        message(&pipe, &root),
        "cannot use `…/pipe.txt`: not a regular file"
    );
}
fn three() -> TempDir {
    folder(&[("a.txt", b"one"), ("b.txt", b"two"), ("c.zip", b"PK")])
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let folder = three();
    let inputs = [folder.path().join("b.txt"), folder.path().to_owned()];
    let corpus = load_all(&inputs).unwrap();
    assert_eq!(passages(&corpus), ["two", "one"]);
    assert_eq!(corpus.skipped.len(), 1);
}

#[test]
fn patterns_are_resolved_and_must_match() {
    let folder = three();
    let corpus = load_all(&[folder.path().join("*.txt")]).unwrap();
    assert_eq!(passages(&corpus), ["one", "two"]);
    let none = load_all(&[folder.path().join("*.pdf")]);
    assert!(matches!(none, Err(LoadError::NoMatch { .. })));
}

#[test]
fn what_cannot_be_used_is_skipped_if_something_is_left() {
    let folder = three();
    let [good, bad] = ["a.txt", "c.zip"].map(|name| folder.path().join(name));
    let corpus = load_all(&[good.clone(), bad.clone()]).unwrap();
    assert_eq!((corpus.documents.len(), corpus.skipped.len()), (1, 1));
    let missing = load_all(&[good, folder.path().join("d.txt")]);
    assert!(matches!(missing, Err(LoadError::Missing { .. })));
    let nothing = load_all(&[bad.clone(), bad]);
    assert!(matches!(nothing, Err(LoadError::NothingLeft { .. })));
}

#[cfg(unix)]
#[test]
fn a_pattern_follows_no_links() {
    use std::os::unix::fs::symlink;

    let outside = folder(&[("secret.txt", b"secret")]);
    let root = folder(&[
        ("a.txt", b"text"),
        ("deep/b.txt", b"more"),
        (".c.txt", b"hidden"),
    ]);
    for link in ["loop", "again"] {
        symlink(root.path(), root.path().join(link)).unwrap();
    }
    symlink(outside.path(), root.path().join("out")).unwrap();
    let corpus = load_all(&[root.path().join("**/*.txt")]).unwrap();
    assert_eq!(passages(&corpus), ["text", "more"]);
    let corpus = load_all(&[root.path().join("*/?.txt")]).unwrap();
    assert_eq!(passages(&corpus), ["more"]);
}
