"""Renew the digests of the bundled models and vocabularies, after the rule for them has changed.

    python resources/renew_digests.py

No weight is touched. A head is linked to the codec of the same id beside it, and the digests that
model cards and documentation name are replaced too. Run twice, it changes nothing more. It vouches
for whatever it finds, so run it on folders that are known to be whole.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.concepts.vocabulary_file import FACTS, VocabularyFacts, write_facts  # noqa: E402
from core.model_folder import MANIFEST, CodecLink, Manifest, write_manifest  # noqa: E402


def main() -> None:
    models = {
        path.parent: Manifest.model_validate_json(path.read_bytes())
        for path in sorted((ROOT / "resources" / "models").glob(f"*/{MANIFEST}"))
    }
    renewed: dict[str, str] = {}
    codecs: dict[str, CodecLink] = {}
    for folder, manifest in sorted(models.items(), key=lambda model: model[1].kind != "codec"):
        if manifest.codec is not None:
            link = codecs[manifest.codec.id]
            manifest = manifest.model_copy(update={"codec": link})
        written = write_manifest(folder, manifest)
        renewed[manifest.digest] = written.digest
        codecs[folder.name] = CodecLink(id=folder.name, digest=written.digest)
    for path in sorted((ROOT / "resources" / "vocabularies").glob(f"*/{FACTS}")):
        write_facts(path.parent, VocabularyFacts.model_validate_json(path.read_bytes()))
    for text in [*ROOT.glob("docs/*.md"), *ROOT.glob("resources/models/*/README.md")]:
        before = after = text.read_text(encoding="utf-8")
        for old, new in renewed.items():
            after = after.replace(old, new)
        if after != before:
            text.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
