"""Let the kit's assertions say what they saw."""

import pytest

pytest.register_assert_rewrite("tests.archive.connectors.kit")
