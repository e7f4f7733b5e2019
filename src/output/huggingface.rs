//! The features of a data set, in the words of Hugging Face's `datasets`.
//!
//! Lets class labels keep their names: `datasets` reads this key of a Parquet
//! file and needs no card for it.

use serde_json::{Map, Value, json};

use super::column::Column;
use crate::sample::{Field, FieldKind, Limit};

/// Key of the features among a Parquet file's own keys.
pub(super) const KEY: &str = "huggingface";

/// The value of [`KEY`] for `columns`; `None` if not all say what they are.
pub(super) fn features(columns: &[Column]) -> Option<String> {
    let features = columns
        .iter()
        .map(|column| Some((column.name.clone(), column.feature.clone()?)));
    let features: Map<String, Value> = features.collect::<Option<_>>()?;
    Some(json!({ "info": { "features": features } }).to_string())
}

/// What `datasets` is told of `field`.
pub(super) fn feature(field: &Field) -> Value {
    match &field.limit {
        Limit::Labels(names) => json!({ "names": names, "_type": "ClassLabel" }),
        Limit::None | Limit::Range(..) | Limit::Choices(_) | Limit::Numbers(_) => value(field.kind),
    }
}

fn value(kind: FieldKind) -> Value {
    match kind {
        // Newer versions call it `List` too; all know this name.
        FieldKind::List => json!({ "feature": value(FieldKind::String), "_type": "Sequence" }),
        FieldKind::Messages => json!([{ "role": plain("string"), "content": plain("string") }]),
        FieldKind::String => plain("string"),
        FieldKind::Integer => plain("int64"),
        FieldKind::Float => plain("float64"),
        FieldKind::Boolean => plain("bool"),
    }
}

fn plain(dtype: &str) -> Value {
    json!({ "dtype": dtype, "_type": "Value" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{all_kinds, columns};

    #[test]
    fn features_are_in_the_order_of_the_fields_and_labels_have_names() {
        assert_eq!(
            features(&columns(&all_kinds())).as_deref(),
            Some(concat!(
                r#"{"info":{"features":{"text":{"dtype":"string","_type":"Value"},"#,
                r#""count":{"dtype":"int64","_type":"Value"},"#,
                r#""score":{"dtype":"float64","_type":"Value"},"#,
                r#""truth":{"dtype":"bool","_type":"Value"},"#,
                r#""label":{"names":["entailment","neutral","contradiction"],"_type":"ClassLabel"},"#,
                r#""tags":{"feature":{"dtype":"string","_type":"Value"},"_type":"Sequence"},"#,
                r#""talk":[{"role":{"dtype":"string","_type":"Value"},"#,
                r#""content":{"dtype":"string","_type":"Value"}}]}}}"#,
            ))
        );
    }
}
