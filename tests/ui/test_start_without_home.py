"""The window of a user of whom the system knows a number and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.conftest import write_sound
from tests.homeless import NUMBER, homeless

ROOT = Path(__file__).parents[2]
TELLING = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import main
from app.notices import Notices
Notices.warning = lambda self, text: print(text, flush=True)
main.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="homes are found otherwise")
def test_a_user_without_a_home_gets_a_window_and_one_sentence(tmp_path):
    prefix, environment = homeless(tmp_path)
    word = write_sound(tmp_path / "word.wav")
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", TELLING, str(ROOT), str(word)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        sentence = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        said, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    own = tmp_path / f"hearwhy-{NUMBER}"
    assert (process.returncode, said, errors) == (0, "", "")
    assert sentence.startswith("You have no home folder here") and str(own) in sentence
    assert (own / ".config" / "hearwhy" / "settings.json").is_file()
