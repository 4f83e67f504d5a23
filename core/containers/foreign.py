"""What libsndfile cannot read, by its name, so that no one takes it for damaged."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import BinaryIO

from core.containers.chunks import Form, chunks, read
from core.containers.ogg import codec
from core.containers.tags import end_of_tag
from core.containers.waves import AIFF, CAF, WAV, WAVE64

MAGICS = {
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "WMA",
    b"#!AMR": "AMR",
    b"#!SILK": "SILK",
    b"\x02#!SILK": "SILK",
    b"wvpk": "WavPack",
    b"MAC ": "Monkey's Audio",
    b"MPCK": "Musepack",
    b"MP+": "Musepack",
    b"TTA1": "True Audio",
    b"DSD ": "DSD",
    b"FRM8": "DSD",
    b"\x0b\x77": "AC-3",
    b"\x7f\xfe\x80\x01": "DTS",
    b"FLV\x01": "Flash video",
    b".RMF": "RealMedia",
    b"MThd": "MIDI, which is notes and no sound",
    b".SoX": "SoX's own format",
    b"XoS.": "SoX's own format",
}
SUFFIXES = {
    **dict.fromkeys((".m4a", ".m4b", ".mp4", ".mov", ".3gp"), "MP4 (M4A, AAC)"),
    **dict.fromkeys((".mkv", ".mka", ".webm"), "Matroska or WebM"),
    **dict.fromkeys((".wma", ".asf"), "WMA"),
    **dict.fromkeys((".dsf", ".dff"), "DSD"),
    ".aac": "AAC",
    ".ac3": "AC-3",
    ".amr": "AMR",
    ".ape": "Monkey's Audio",
    ".mpc": "Musepack",
    ".tta": "True Audio",
    ".wv": "WavPack",
}
RIFF_KINDS = {b"AVI ": "AVI video", b"RMID": "MIDI, which is notes and no sound"}
MATROSKA, MATROSKA_CODEC = b"\x1a\x45\xdf\xa3", re.compile(rb"\x86([\x82-\xbf])A_")
MATROSKA_NAMES = {b"OPUS": "Opus", b"VORBIS": "Vorbis", b"MPEG": "MP3"}
# By the number in WAV's format chunk. What libsndfile reads has no name here.
WAV_TAGS = {
    **dict.fromkeys((0x00FF, 0x1600, 0x1601, 0x1602, 0x1610, 0x4143, 0x706D, 0xA106), "AAC"),
    **dict.fromkeys((0x000A, 0x0160, 0x0161, 0x0162, 0x0163), "WMA"),
    **dict.fromkeys((0x0050, 0x0055), "MP3"),
    **dict.fromkeys((0x566F, 0x674F, 0x6750, 0x6751, 0x676F, 0x6770, 0x6771), "Vorbis"),
    **dict.fromkeys((0x0057, 0x7361, 0x7A21, 0x7A22), "AMR"),
    **dict.fromkeys((0x0014, 0x0045, 0x0064), "G.726"),
    **dict.fromkeys((0x0042, 0x0111), "G.723.1"),
    **dict.fromkeys((0x0092, 0x2000), "AC-3"),
    0x0022: "TrueSpeech",
    0x0065: "G.722",
    0x0083: "G.729",
    0x0270: "ATRAC3",
    0x2001: "DTS",
    0x5756: "WavPack",
    0x704F: "Opus",
    0xA109: "Speex",
    0xF1AC: "FLAC",
}
WAV_READ = (0x0001, 0x0002, 0x0003, 0x0006, 0x0007, 0x0011, 0x0031, 0x0040)
EXTENSIBLE = 0xFFFE  # the number is elsewhere
CODECS = {  # of AIFF-C and CAF
    b"aac ": "AAC",
    b"mp4a": "AAC",
    b"alac": "ALAC",
    b"ac-3": "AC-3",
    b".mp3": "MP3",
    b"opus": "Opus",
    b"flac": "FLAC",
    b"ima4": "IMA ADPCM",
    b"ilbc": "iLBC",
    b"QDM2": "QDesign",
    b"MAC3": "MACE",
    b"MAC6": "MACE",
}
CAF_READ = (b"lpcm", b"ulaw", b"alaw", b"alac")
AIFF_READ = (
    *(b"none", b"twos", b"sowt", b"raw ", b"fl32", b"fl64", b"ulaw", b"alaw", b"gsm ", b"ima4"),
    *(b"dwvw", b"in24", b"42n1", b"in32", b"23ni"),
)
OGG_CODECS = {b"Speex": "Speex", b"CELT": "CELT", b"\x80theora": "Theora"}


def foreign_format(file: BinaryIO, size: int) -> str | None:
    """Name of a known format that libsndfile cannot read, by content."""
    start = end_of_tag(file, 0, size)
    file.seek(start)
    head = file.read(16)
    if head[4:8] == b"ftyp":
        return "MP4 (M4A, AAC)"
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "AAC"
    if head.startswith(b"RIFF"):
        return RIFF_KINDS.get(head[8:12])
    if head.startswith(MATROSKA):
        file.seek(start)
        return _of_matroska(file.read(2**16))
    return next((name for magic, name in MAGICS.items() if head.startswith(magic)), None)


def _of_matroska(head: bytes) -> str:
    found = MATROSKA_CODEC.search(head)  # the length of a name, and how names of sounds begin
    if found is None:
        return "Matroska or WebM"
    name = head[found.end() : found.end() + (found[1][0] & 0x7F) - 2].partition(b"/")[0]
    return f"{MATROSKA_NAMES.get(name, name.decode('latin-1'))} in Matroska or WebM"


def foreign_suffix(path: Path) -> str | None:
    """Name of a known format that libsndfile cannot read, by the file's extension."""
    return SUFFIXES.get(path.suffix.lower())


def foreign_encoding(file: BinaryIO, size: int, *, failed: bool = False) -> str | None:
    """Name of an encoding that libsndfile cannot read, in a format that it can; "AAC in WAV".

    failed: it said so, which matters where it reads some sounds of an encoding and not others.
    """
    start = end_of_tag(file, 0, size)
    file.seek(start)
    head = file.read(12)
    try:
        if head[:4] in (b"RIFF", b"RF64", b"BW64"):
            return _of_wav(file, WAV, start, size, "WAV")
        if head[:4] == b"riff":
            return _of_wav(file, WAVE64, start, size, "Wave64")
        if head[:4] == b"caff":
            return _of_caf(file, start, size, failed)
        if head[:4] == b"FORM" and head[8:] == b"AIFC":
            return _of_aiff(file, start, size)
    except struct.error:
        return None
    if head[:4] == b"OggS":
        first = codec(file, start)
        known = (name for magic, name in OGG_CODECS.items() if first.startswith(magic))
        return next((f"{name} in Ogg" for name in known), None)
    return None


def _of_wav(file: BinaryIO, form: Form, start: int, size: int, name: str) -> str | None:
    for chunk in chunks(file, form, start, size):
        if chunk.kind.startswith(b"fmt "):
            (tag,) = read(file, "<H", chunk.start)
            if tag == EXTENSIBLE and chunk.n_bytes >= 26:
                (tag,) = read(file, "<H", chunk.start + 24)
            if tag in WAV_READ:
                return None
            return f"{WAV_TAGS.get(tag, f'encoding 0x{tag:04X}')} in {name}"
    return None


def _of_caf(file: BinaryIO, start: int, size: int, failed: bool) -> str | None:
    for chunk in chunks(file, CAF, start, size):
        if chunk.kind == b"desc":
            (kind,) = read(file, ">8x4s", chunk.start)
            return None if kind in CAF_READ and not failed else f"{_named(kind)} in CAF"
    return None


def _of_aiff(file: BinaryIO, start: int, size: int) -> str | None:
    for chunk in chunks(file, AIFF, start, size):
        if chunk.kind == b"COMM":
            (kind,) = read(file, ">18x4s", chunk.start)
            return None if kind.lower() in AIFF_READ else f"{_named(kind)} in AIFF"
    return None


def _named(kind: bytes) -> str:
    return CODECS.get(kind, f"encoding “{kind.decode('latin-1').strip()}”")
