//! Topics that the user gives by hand.

use indexmap::IndexMap;

use super::{MOST_TOPICS, Topic, is_name, is_weight, line};

/// A list of topics that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It holds no topic.
    #[error("it holds no topic")]
    Empty,
    /// It holds more topics than this.
    #[error("it holds more than {0} topics")]
    TooMany(usize),
    /// A line is no topic.
    #[error("line {line}: {problem}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
}

/// The topics in `text`: CSV if its first line names a column `topic` besides
/// others, or else one a line.
pub(super) fn topics(text: &str) -> Result<Vec<Topic>, ListError> {
    let text = text.trim_start_matches('\u{feff}');
    let topics = match columns(text) {
        Some(columns) => of_csv(text, &columns)?,
        None => of_lines(text)?,
    };
    match topics.is_empty() {
        true => Err(ListError::Empty),
        false => Ok(topics),
    }
}

fn of_lines(text: &str) -> Result<Vec<Topic>, ListError> {
    let mut topics = IndexMap::new();
    for (number, text) in (1..).zip(text.lines()) {
        let name = line(text);
        if !name.is_empty() && !name.starts_with('#') {
            add(&mut topics, number, name, None, 1.0)?;
        }
    }
    Ok(topics.into_values().collect())
}

/// Where the columns are, and what is between them.
struct Columns {
    delimiter: u8,
    topic: usize,
    subtopic: Option<usize>,
    weight: Option<usize>,
}

fn columns(text: &str) -> Option<Columns> {
    let mut delimiters = [b',', b';', b'\t'].into_iter();
    delimiters.find_map(|delimiter| columns_between(text, delimiter))
}

fn columns_between(text: &str, delimiter: u8) -> Option<Columns> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.delimiter(delimiter).from_reader(text.as_bytes());
    let names = reader.headers().ok()?;
    let find = |wanted: &str| {
        let mut names = names.iter();
        names.position(|name| name.trim().eq_ignore_ascii_case(wanted))
    };
    Some(Columns {
        delimiter,
        topic: find("topic")?,
        subtopic: find("subtopic"),
        weight: find("weight"),
    })
}

fn of_csv(text: &str, columns: &Columns) -> Result<Vec<Topic>, ListError> {
    let mut topics = IndexMap::new();
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(columns.delimiter).flexible(true);
    let mut reader = reader.from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| ListError::Line {
            line: error.position().map_or(1, csv::Position::line),
            problem: "it is no CSV".to_owned(),
        })?;
        let number = record.position().map_or(1, csv::Position::line);
        let cell = |column: Option<usize>| record.get(column?).map(line);
        let subtopic = cell(columns.subtopic).filter(|name| !name.is_empty());
        let weight = match cell(columns.weight).filter(|cell| !cell.is_empty()) {
            None => 1.0,
            Some(cell) => {
                let weight = cell.parse().ok().filter(|weight| is_weight(*weight));
                weight.ok_or_else(|| ListError::Line {
                    line: number,
                    problem: format!("the weight must be a finite number above 0, and is `{cell}`"),
                })?
            }
        };
        let name = cell(Some(columns.topic)).unwrap_or_default();
        add(&mut topics, number, name, subtopic, weight)?;
    }
    Ok(topics.into_values().collect())
}

/// Adds a topic, or a sub-topic to one that is there.
fn add(
    topics: &mut IndexMap<String, Topic>,
    number: u64,
    name: String,
    subtopic: Option<String>,
    weight: f64,
) -> Result<(), ListError> {
    let problem = match &name {
        name if name.is_empty() => Some("the topic is blank"),
        name if !is_name(name) => Some("the topic is longer than 200 characters"),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(ListError::Line {
            line: number,
            problem: problem.to_owned(),
        });
    }
    if topics.len() == MOST_TOPICS && !topics.contains_key(&name) {
        return Err(ListError::TooMany(MOST_TOPICS));
    }
    let topic = topics.entry(name).or_insert_with_key(|name| Topic {
        weight,
        ..Topic::new(name.clone(), Vec::new())
    });
    topic.subtopics.extend(subtopic);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str, subtopics: &[&str], weight: f64) -> Topic {
        let subtopics = subtopics.iter().map(|name| (*name).to_owned());
        Topic {
            weight,
            ..Topic::new(name.to_owned(), subtopics.collect())
        }
    }

    #[test]
    fn a_line_is_a_topic() {
        let text = "\u{feff}# mine\nbees, and wasps\n\n  red   kites \r\n";
        assert_eq!(
            topics(text),
            Ok(vec![
                topic("bees, and wasps", &[], 1.0),
                topic("red kites", &[], 1.0)
            ])
        );
    }

    #[test]
    fn csv_has_weights_and_subtopics() {
        let text = "Weight,topic,subtopic\n2,bees,honey\n,\"birds, red\",\n9,bees,wax\n";
        assert_eq!(
            topics(text),
            Ok(vec![
                topic("bees", &["honey", "wax"], 2.0),
                topic("birds, red", &[], 1.0)
            ])
        );
    }

    #[test]
    fn columns_may_be_separated_as_spreadsheets_do() {
        for text in ["topic;weight\nbees;3\n", "topic\tweight\nbees\t3\n"] {
            assert_eq!(topics(text), Ok(vec![topic("bees", &[], 3.0)]));
        }
    }

    #[test]
    fn too_many_topics_are_refused() {
        let lines: Vec<_> = (0..20_000).map(|it| format!("topic {it}")).collect();
        assert_eq!(topics(&lines.join("\n")), Err(ListError::TooMany(10_000)));
    }

    #[test]
    fn a_bad_line_is_named() {
        let told = |text| topics(text).expect_err("no list").to_string();
        assert_eq!(told(" \n# none\n"), "it holds no topic");
        assert_eq!(
            told("topic,weight\nbees,1\nwasps,-1\n"),
            "line 3: the weight must be a finite number above 0, and is `-1`"
        );
        assert_eq!(
            told("topic,weight\nbees,1e999\n"),
            "line 2: the weight must be a finite number above 0, and is `1e999`"
        );
        assert_eq!(told("topic,weight\n,1\n"), "line 2: the topic is blank");
    }
}
