"""Finding files: every one is told of, and none twice."""

import os
from pathlib import Path

import pytest

from pipeline.errors import State, Unreadable
from pipeline.find import Found, find


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("受理", encoding="utf-8")


def found(*roots: Path) -> list[Found]:
    return [one for one in find(roots) if isinstance(one, Found)]


def test_files_below_a_folder_come_sorted_with_names_relative_to_it(tmp_path: Path) -> None:
    names = ["a.txt", "c.txt", "子/b.txt", "子/d/e.TXT"]
    touch(*(tmp_path / name for name in reversed(names)))
    assert list(find([tmp_path])) == [Found(tmp_path / name, str(tmp_path / name), name) for name in names]


def test_nothing_is_passed_over_but_links_to_folders(tmp_path: Path) -> None:
    inside, outside = tmp_path / "内", tmp_path / "外"
    hidden = [".b.txt", ".git/c.txt", "~$a.docx"]
    plain = ["a.txt", "d.json", "e"]
    touch(*(inside / name for name in (*hidden, *plain)), outside / "f.txt")
    (inside / "g.txt").mkdir()
    try:
        (inside / "链").symlink_to(outside, target_is_directory=True)
        (inside / "h.txt").symlink_to(tmp_path / "没有.txt")
        (inside / "i.txt").symlink_to(outside / "f.txt")
    except OSError:
        pytest.skip("links need a right here that tests do not have")
    assert {one.document for one in found(inside) if one.is_hidden} == set(hidden)
    assert {one.document for one in found(inside) if not one.is_hidden} == {*plain, "h.txt", "i.txt"}


def test_a_file_is_named_by_its_own_name_whatever_it_is(tmp_path: Path) -> None:
    """What the user names is tried, and refused by the reader if need be."""
    paths = [tmp_path / ".子" / "a.doc", tmp_path / ".子" / ".b.txt"]
    touch(*paths)
    assert [(one.path, one.document, one.is_hidden) for one in found(*paths)] == [
        (paths[0], "a.doc", False),
        (paths[1], ".b.txt", False),
    ]


def test_paths_come_in_the_order_given(tmp_path: Path) -> None:
    touch(tmp_path / "b" / "1.txt", tmp_path / "a" / "2.txt", tmp_path / "3.txt")
    assert [one.document for one in found(tmp_path / "b", tmp_path / "3.txt", tmp_path / "a")] == [
        "1.txt",
        "3.txt",
        "2.txt",
    ]


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert list(find([tmp_path])) == []


def test_a_missing_path_does_not_hide_the_others(tmp_path: Path) -> None:
    touch(tmp_path / "a.txt")
    trouble, one = find([tmp_path / "没有", tmp_path / "a.txt"])
    assert isinstance(trouble, Unreadable)
    assert (trouble.where, trouble.state) == (str(tmp_path / "没有"), State.INACCESSIBLE)
    assert isinstance(one, Found)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_folder_that_cannot_be_opened_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever runs the tests may open everything, so the system's answer is made up."""
    touch(tmp_path / "a" / "1.txt", tmp_path / "b" / "2.txt", tmp_path / "c" / "3.txt")
    scan = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    everything = list(find([tmp_path]))
    assert [one.where for one in everything if isinstance(one, Unreadable)] == [str(tmp_path / name)]
    others = [one for one in ("a/1.txt", "b/2.txt", "c/3.txt") if not one.startswith(name)]
    assert [one.document for one in everything if isinstance(one, Found)] == others


def test_names_that_are_no_text_are_written_out(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xd6\xd0.txt")
    try:
        touch(tmp_path / name)
    except (OSError, UnicodeEncodeError):
        pytest.skip("the file system takes text only")
    (one,) = found(tmp_path)
    assert one.document == "\\udcd6\\udcd0.txt"
    assert one.path.exists()
