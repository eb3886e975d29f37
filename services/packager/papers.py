"""What lies in an archive beside its pictures. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from services.packager.attribution import ATTRIBUTION, attribution_md
from services.packager.manifest import MANIFEST, MANIFEST_JSON, Entry, manifest_csv, manifest_json
from services.packager.report import REPORT, Report, report_json

SUMS = "SHA256SUMS"


def papers(entries: Sequence[Entry], report: Report) -> Mapping[str, bytes]:
    """By name, in the order they are to be written; the last vouches for everything else."""
    told = {
        MANIFEST: manifest_csv(entries),
        MANIFEST_JSON: manifest_json(entries),
        ATTRIBUTION: attribution_md(entries),
        REPORT: report_json(report),
    }
    return {**told, SUMS: _sums(entries, told)}


def _sums(entries: Iterable[Entry], told: Mapping[str, bytes]) -> bytes:
    """As `sha256sum --check` reads them."""
    digests = {entry.file: entry.sha256 for entry in sorted(entries, key=lambda entry: entry.rank)}
    digests |= {name: hashlib.sha256(data).hexdigest() for name, data in told.items()}
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()
