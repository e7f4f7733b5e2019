"""Reads what sdgen wrote with the libraries of its users.

    read_back.py FOLDER BASE FORMAT

FOLDER holds BASE.jsonl, BASE.csv, BASE.parquet, the three parts of each, and the
folder BASE for the Hub.
"""

import json
import os
import sys

import duckdb
import pandas
import polars
from datasets import ClassLabel, load_dataset

PARTS = ["train", "validation", "test"]
# Columns that sentence-transformers takes by their order.
TRAINED = {
    "pair": ["anchor", "positive"],
    "triplet": ["anchor", "positive", "negative"],
    "pair-class": ["premise", "hypothesis", "label"],
    "pair-score": ["sentence1", "sentence2", "score"],
}


def main(folder, base, name):
    os.chdir(folder)
    with open(f"{base}.jsonl", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    columns = list(rows[0])
    jsonl = load_dataset("json", data_files=f"{base}.jsonl", split="train")
    parquet = load_dataset("parquet", data_files=f"{base}.parquet", split="train")
    assert jsonl.column_names == parquet.column_names == columns
    assert list(jsonl) == list(parquet) == rows

    frame = pandas.read_parquet(f"{base}.parquet")
    assert list(frame.columns) == columns and len(frame) == len(rows)
    frame = polars.read_parquet(f"{base}.parquet")
    assert frame.columns == columns and frame.to_dicts() == rows
    found = duckdb.sql(f"SELECT * FROM read_parquet('{base}.parquet')")
    assert found.columns == columns and len(found.fetchall()) == len(rows)

    if not any(isinstance(value, list) for value in rows[0].values()):
        csv = pandas.read_csv(f"{base}.csv", keep_default_na=False, dtype=str)
        assert list(csv.columns) == columns
        assert csv.values.tolist() == [[as_cell(row[key]) for key in columns] for row in rows]

    hub = load_dataset(base)
    assert list(hub) == PARTS
    assert hub["train"].column_names == columns
    together = [row for part in PARTS for row in hub[part]]
    assert sorted(map(str, together)) == sorted(map(str, rows))
    if name == "pair-class":
        label = hub["train"].features["label"]
        assert isinstance(label, ClassLabel)
        assert label.names == ["entailment", "neutral", "contradiction"]
    for part in PARTS:
        with open(f"{base}.{part}.jsonl", encoding="utf-8") as lines:
            assert sum(1 for _ in lines) == len(hub[part])
    if name in TRAINED:
        assert columns == TRAINED[name]
        collated(rows[:4], columns)


def as_cell(value):
    return value if isinstance(value, str) else json.dumps(value)


def collated(rows, columns):
    """The collator makes inputs of all columns but label and score, in order."""
    try:
        from sentence_transformers.sentence_transformer.data_collator import (
            SentenceTransformerDataCollator as Collator,
        )
    except ImportError:
        from sentence_transformers.data_collator import (
            SentenceTransformerDataCollator as Collator,
        )

    def tokenized(texts, *_, **__):
        return {"texts": list(texts)}

    try:
        batch = Collator(tokenized)(rows)
    except TypeError:
        batch = Collator(preprocess_fn=tokenized)(rows)
    inputs = [key for key in batch if key.endswith("_texts")]
    expected = [f"{name}_texts" for name in columns if name not in ("label", "score")]
    assert inputs == expected, (inputs, expected)


main(*sys.argv[1:])
