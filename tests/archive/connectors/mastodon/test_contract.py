"""The Mastodon connector keeps the connector contract."""

import pytest

from archive.connectors.registry import connector_named
from tests.archive.connectors.kit import ConnectorContract, Rig
from tests.archive.connectors.mastodon.samples import OWN_ID, account, attachment, dump, poll, status


class TestMastodon(ConnectorContract):
    @pytest.fixture
    def rig(self) -> Rig:
        single = status(
            "111", "<p>Bridge <b>open</b> again, see <a href='https://x.invalid/?a=1&amp;b=2'>map</a>. 🌉</p>"
        )
        boost = status(
            "114", "", reblog=status("90", "<p>Storm warning</p>", account=account("7", "weather@sky.invalid"))
        )
        listing = [
            single,
            status("112", "<p>Second</p>", media_attachments=[attachment("31")]),
            status("113", "<p>Third — señal، 中文</p>", poll=poll(), sensitive=True, spoiler_text="Careful now"),
            boost,
        ]
        return Rig(
            connector=connector_named("mastodon"),
            own_id=OWN_ID,
            item_id="111",
            profile=dump(account()),
            listing=dump(listing),
            single=dump(single),
            gone=b'{"error":"Record not found"}',
            id_name="id",
            text_name="content",
            time_name="created_at",
        )
