"""The published test vector of the ledger's construction, as two events of one subject."""

from collections.abc import Mapping
from typing import NamedTuple

from archive.ledger.commitment import Value


class VectorEvent(NamedTuple):
    """One event of the vector, with what its commitment must be."""

    schema: str
    key: bytes
    fields: Mapping[str, Value]
    c: str
    leaf: str


CAPTURE = VectorEvent(
    schema="post/3",
    key=bytes(range(32)),
    fields={
        "/text/#": 3,
        "/text/0": "Call me at ",
        "/text/1": "555-0100",
        "/text/2": " about the caf\u00e9 \U0001f6a7",
        "/author/handle": "res_42",
        "/platform_id": "102938475610293847",
        "/created_at": "2024-03-01T12:34:56.000000Z",
        "/event/kind": "capture",
        "/event/n": 0,
        "/event/prev": None,
        "/event/subject": "AAECAwQFBgcICQoLDA0ODw",
        "/event/time": "2024-03-01T12:35:00.250000Z",
    },
    c="JqapHz4wVEnxRxkipDS1BpwU0KhGPf0qX9mt3ScLvsI",
    leaf="1a80f61f2da4a993aede7dc37d9804c45454ec748ff806cfdb8fe92359cfed49",
)
DISPOSITION = VectorEvent(
    schema="disposition/1",
    key=bytes(range(32, 64)),
    fields={
        "/event/kind": "disposition.executed",
        "/event/n": 1,
        "/event/prev": "GoD2Hy2kqZOu3n3DfZgExFRU7HSP-AbP24_pI1nP7Uk",
        "/event/subject": "AAECAwQFBgcICQoLDA0ODw",
        "/event/time": "2027-03-01T00:00:00.000000Z",
        "/disposition/certificate": "LRDC-2027-014",
    },
    c="dM6XcYA7pWARdnFqKqvjVen4JBfoUUbrK-KG8eRTzVQ",
    leaf="6fbdb122c4959ee2ec5953230bec57cb09d90f49361a288c54320237cd369428",
)
ROOT = "93593077c448f0039e65e17fd44420f2b21545526e035a80ba139e24e8cf8b7a"
SALT_TEXT_1 = "I8oDkE9yFsUFXExwiWHTnw2TvDwwgLu5_PJUENiulgQ"
DISCLOSURE_TEXT_1 = "WyJJOG9Ea0U5eUZzVUZYRXh3aVdIVG53MlR2RHd3Z0x1NV9QSlVFTml1bGdRIiwiL3RleHQvMSIsIjU1NS0wMTAwIl0"
