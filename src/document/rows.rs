//! Tables and JSON as text that reads well: one `column: value` a line, a
//! blank line between rows.
//!
//! Values are never cut, reordered or retyped; only empty ones are left out.

use serde_json::{Map, Value};

use super::Refusal;

/// The rows of a table whose first line names the columns.
pub(super) fn from_csv(content: &str) -> Result<String, Refusal> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(content.as_bytes());
    let columns = reader.headers().map_err(malformed_csv)?.clone();
    let rows: Vec<String> = reader
        .records()
        .map(|record| record.map(|record| csv_row(&columns, &record)))
        .collect::<Result<_, _>>()
        .map_err(malformed_csv)?;
    Ok(joined(&rows))
}

/// The rows of a list of objects; other JSON is indented.
pub(super) fn from_json(content: &str) -> Result<String, Refusal> {
    let value: Value = serde_json::from_str(content)
        .map_err(|error| malformed_json(error.line(), error.column()))?;
    match value.as_array().and_then(|items| objects(items)) {
        Some(objects) => Ok(joined(&objects.map(object_row).collect::<Vec<_>>())),
        None => Ok(format!("{value:#}")),
    }
}

/// One row for each line that is not blank.
pub(super) fn from_json_lines(content: &str) -> Result<String, Refusal> {
    let rows: Vec<String> = content
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| json_line(index + 1, line))
        .collect::<Result<_, _>>()?;
    Ok(joined(&rows))
}

fn csv_row(columns: &csv::StringRecord, record: &csv::StringRecord) -> String {
    let cells = record.iter().enumerate().map(|(index, cell)| {
        let column = match columns.get(index).map(str::trim) {
            Some("") | None => format!("column {}", index + 1),
            Some(column) => column.to_owned(),
        };
        (column, cell.to_owned())
    });
    row(cells)
}

fn json_line(number: usize, line: &str) -> Result<String, Refusal> {
    let value =
        serde_json::from_str(line).map_err(|error| malformed_json(number, error.column()))?;
    match value {
        Value::Object(object) => Ok(object_row(&object)),
        other => Ok(plain(&other)),
    }
}

/// The items as objects, if all of them are.
fn objects(items: &[Value]) -> Option<impl Iterator<Item = &Map<String, Value>>> {
    items
        .iter()
        .all(Value::is_object)
        .then(|| items.iter().filter_map(Value::as_object))
}

fn object_row(object: &Map<String, Value>) -> String {
    row(object
        .iter()
        .map(|(key, value)| (key.clone(), plain(value))))
}

/// Text without quotes, nothing for null, JSON for everything else.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn row(cells: impl Iterator<Item = (String, String)>) -> String {
    let lines: Vec<String> = cells
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(column, value)| format!("{column}: {}", value.trim()))
        .collect();
    lines.join("\n")
}

fn joined(rows: &[String]) -> String {
    let rows: Vec<&str> = rows
        .iter()
        .map(String::as_str)
        .filter(|row| !row.trim().is_empty())
        .collect();
    rows.join("\n\n")
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature of `Result::map_err`"
)]
fn malformed_csv(error: csv::Error) -> Refusal {
    Refusal::Malformed(format!("invalid CSV: {error}"))
}

fn malformed_json(line: usize, column: usize) -> Refusal {
    Refusal::Malformed(format!("invalid JSON at line {line}, column {column}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn csv_rows_name_their_columns() {
        let csv = "city, country,\n\"Bern, the capital\",Switzerland,x\nOslo,,,extra\n\n";
        assert_eq!(
            from_csv(csv).unwrap(),
            "city: Bern, the capital\ncountry: Switzerland\ncolumn 3: x\n\n\
             city: Oslo\ncolumn 4: extra"
        );
    }

    #[test]
    fn a_csv_file_of_column_names_alone_holds_no_text() {
        assert_eq!(from_csv("a,b\n").unwrap(), "");
    }

    #[test]
    fn a_json_list_of_objects_becomes_rows() {
        let json = r#"[{"b": "text", "a": 1.5, "none": null}, {"list": [1, "x"]}]"#;
        assert_eq!(
            from_json(json).unwrap(),
            "b: text\na: 1.5\n\nlist: [1,\"x\"]"
        );
    }

    #[test]
    fn other_json_is_indented() {
        assert_eq!(
            from_json(r#"{"b":[1]}"#).unwrap(),
            "{\n  \"b\": [\n    1\n  ]\n}"
        );
        assert_eq!(from_json("[1,{}]").unwrap(), "[\n  1,\n  {}\n]");
    }

    #[test]
    fn json_lines_become_rows() {
        let lines = "{\"q\": \"a\\nb\"}\n\n\"plain\"\n{\"q\": 2}\n";
        assert_eq!(from_json_lines(lines).unwrap(), "q: a\nb\n\nplain\n\nq: 2");
    }

    #[test]
    fn bad_json_is_refused_with_its_place() {
        assert_eq!(
            from_json("{\n\"a\": }").unwrap_err().to_string(),
            "invalid JSON at line 2, column 6"
        );
        assert_eq!(
            from_json_lines("{}\n\n{\"a\"}\n").unwrap_err().to_string(),
            "invalid JSON at line 3, column 5"
        );
    }
}
