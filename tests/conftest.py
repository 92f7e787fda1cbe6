"""No test touches the user's own index or caches."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One folder for what the segmenter keeps, shared by all tests, since filling it takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIANTU_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The index folder of this test, also for commands that are given none."""
    monkeypatch.setenv("LIANTU_INDEX", str(tmp_path / "index"))
    return tmp_path / "index"
