#!/bin/sh
# Makes tests/data/models anew: sh make_all.sh. TORCH_PYTHON and TF_PYTHON name interpreters that have
# requirements-torch.txt and requirements-tf.txt; without them virtual environments are made under build/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$here/../../../build/make_models
stage=$work/stage
export PYTHONHASHSEED=0 OMP_NUM_THREADS=1 PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1

environment() { # NAME: the interpreter of a virtual environment with requirements-NAME.txt
    if [ ! -x "$work/venv-$1/bin/python" ]; then
        python3.11 -m venv "$work/venv-$1"
        "$work/venv-$1/bin/pip" install --quiet --requirement "$here/requirements-$1.txt" >&2
    fi
    echo "$work/venv-$1/bin/python"
}

mkdir -p "$work"
rm -rf "$stage"
torch=${TORCH_PYTHON:-$(environment torch)}
tf=${TF_PYTHON:-$(environment tf)}
"$torch" "$here/make_written.py" "$stage"
"$torch" "$here/make_torch.py" "$stage"
"$tf" "$here/make_keras.py" "$stage"
"$torch" "$here/finish.py" "$stage" "$here/../models"
"$torch" "$here/operator_table.py" "$here/../models" "$here/README.md"
