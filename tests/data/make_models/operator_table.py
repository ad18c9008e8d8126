"""Writes the table of operators by exporter into the README: python operator_table.py MODELS README."""

import collections
import json
import pathlib
import sys

import onnx

from finish import graphs_of

BEGIN, END = "<!-- operators: begin -->\n", "<!-- operators: end -->\n"


def family(entry):
    """The exporter without its version: "tf2onnx 1.17.0" is tf2onnx."""
    words = entry["exporter"].split()
    return " ".join(word for word in words if not word[0].isdigit())


def operators_of(path):
    """The operators of one model, with those inside its loops."""
    model = onnx.load(str(path), load_external_data=False)
    return {node.op_type for graph in graphs_of(model.graph) for node in graph.node}


def counts(models):
    """{family: Counter of operator: number of models that have it}, {family: number of models}."""
    table, totals = collections.defaultdict(collections.Counter), collections.Counter()
    for entry in json.loads((models / "index.json").read_text()):
        table[family(entry)].update(operators_of(models / f"{entry['name']}.onnx"))
        totals[family(entry)] += 1
    return table, totals


def markdown(table, totals):
    families = sorted(table)
    lines = ["| operator | " + " | ".join(f"{name} ({totals[name]})" for name in families) + " |"]
    lines.append("|---" * (len(families) + 1) + "|")
    for operator in sorted(set().union(*table.values())):
        cells = " | ".join(str(table[name][operator] or "") for name in families)
        lines.append(f"| {operator} | {cells} |")
    return "\n".join(lines) + "\n"


def main():
    models, readme = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(before + BEGIN + markdown(*counts(models)) + END + after)


if __name__ == "__main__":
    main()
