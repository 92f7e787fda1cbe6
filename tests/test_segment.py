"""The segmenter: jieba's tokens with our words, from a cache file that may be missing, damaged or out of reach."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import segment

ROOT = Path(segment.__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
FIELD_WORDS = ROOT / "index" / "words.txt"
TERMS = FIELD_WORDS.read_text("utf-8").split("\n")[:-1]

SENTENCES = [
    "",
    " ",
    "\r\n",
    "1.窗口推行首问负责和限时办结，材料一次性告知；",
    "2.借办案之机向当事人索要贿赂；",
    "3滥用自由裁量权；",
    "3.罚没款物不入库，挪用、调换扣押物品。",
    "4.单人执法，现场人员不足2人。",
    "5.绕开案审会，一人拍板。",
    "收受服务对象财物",
    "吃拿卡要、优亲厚友",
    "立（受）案  决    定",
    "行政许可证与行政许可",
    "廉政风险点与廉政风险",
    "实行“双随机、一公开”监管，双随机一公开",
    "望溪市财政局行政裁决——政府采购投诉处理廉政风险图",
    "风险等级：高\t风险等级:中\n责任主体：监察支队\u3000责任人：王小明",
    "A级、B级和\u2160级，AB岗，C++，3.14%，2024-05-01，a.b@c.gov.cn",
    "杭研大厦里李小福是创新办主任也是云计算方面的专家",
    "㐀𠀀龘靐齉爩鿕鿖",
    "繁體字的廉政風險點",
    "risk👮高👍🏽中\u200d低\ufeff",
    "\ud800半个代理",
    "\x00\x1f\x85\u2028",
]

# Characters that meet in real charts, so that dictionary words, unknown words and mixtures all come up.
CHARACTERS = "".join(sorted(set("".join(TERMS)))) + "的和了在不人一二三王李福之与及其为对以"
TEXTS = st.lists(
    st.one_of(
        st.text(CHARACTERS, max_size=8),
        st.sampled_from(TERMS),
        st.text("ABCabc0189.%-+#&_ \t\r\n，。；：、（）“”《》", max_size=6),
        st.text(max_size=4),
    ),
    max_size=6,
).map("".join)


def _forget() -> None:
    """Have the segmenter begin anew."""
    segment._segmenter.cache_clear()
    segment._words_of_part.cache_clear()


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tokenizer as jieba itself makes it, with our words of the field as its user dictionary."""
    import jieba  # here, after index.segment has imported it the quiet way

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    with FIELD_WORDS.open("rb") as field_words:
        tokenizer.load_userdict(field_words)
    return tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that the tests of this file share, since filling it takes a second."""
    return tmp_path_factory.mktemp("cache") / "not yet there"


@pytest.fixture(autouse=True)
def _own_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIANTU_CACHE", str(folder))
    _forget()
    yield
    _forget()


@pytest.fixture(scope="module")
def packed(stock: Any) -> bytes:
    """The bytes of a good cache file."""
    return segment._pack(stock.FREQ, stock.total)


def cache_file(folder: Path) -> Path:
    return folder / f"words-{segment.VERSION}.bin"


def check(text: str, stock: Any) -> None:
    assert segment.words(text) == stock.lcut(text, HMM=True)
    assert segment.search_words(text) == stock.lcut_for_search(text, HMM=True)


@pytest.mark.parametrize("text", SENTENCES)
def test_tokens_are_those_of_stock_jieba(text: str, stock: Any) -> None:
    """A segmenter that starts cold cuts as jieba does, and its words are the text again."""
    check(text, stock)
    assert "".join(segment.words(text)) == text


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_tokens_are_those_of_stock_jieba_on_any_text(stock: Any, text: str) -> None:
    """The same for whatever can be written, each text met by a segmenter that knows no shard yet."""
    _forget()
    check(text, stock)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not part of the repository")
def test_tokens_are_those_of_stock_jieba_on_the_seeds(stock: Any) -> None:
    """The same for every line of the documents the project began with."""
    lines = {line for file in SEEDS.glob("*.txt") for line in file.read_text("utf-8", "replace").splitlines()}
    assert lines
    for line in sorted(lines):
        check(line, stock)


def test_search_words_come_first_and_in_order() -> None:
    """Parts of two characters, then of three, then the word."""
    assert segment.search_words("自由裁量权") == ["自由", "裁量", "裁量权", "自由裁量权"]


def test_field_words_are_sorted_plain_words() -> None:
    """Jieba would read a comment as a word and a frequency of 0 as an order to split: neither is there."""
    assert sorted(set(TERMS)) == TERMS
    assert [term for term in TERMS if not term.isalpha()] == []


def test_field_words_terms_come_out_whole() -> None:
    """Every term of the list is one word."""
    assert [term for term in TERMS if segment.words(term) != [term]] == []


def test_field_words_terms_hide_no_word(stock: Any) -> None:
    """Whoever looks for a dictionary word that stands in a term finds the term: no word of four or more is inside."""
    hidden = {
        (term, part)
        for term in TERMS
        for start in range(len(term))
        for end in range(start + 2, len(term) + 1)
        if stock.FREQ.get(part := term[start:end]) and part not in segment.search_words(term)
    }
    assert hidden == set()


@pytest.mark.parametrize(
    ("term", "parts"),
    [
        ("自由裁量权", "自由 裁量 裁量权"),
        ("首问责任制", "首问 责任 责任制"),
        ("双随机一公开", "双随机 随机 一公开 公开"),
        ("廉政风险点", "廉政 风险 风险点"),
        ("罚没款物", "罚没 款物"),
        ("吃拿卡要", "吃拿 卡要"),
        ("一次性告知", "一次 一次性 告知"),
        ("审批留痕", "审批 留痕"),
        ("先行登记保存", "先行 登记 保存"),
    ],
)
def test_field_words_terms_are_found_by_their_parts(term: str, parts: str) -> None:
    """A long term keeps the parts that people look for."""
    assert set(parts.split()) < set(segment.search_words(term))


def test_version_follows_the_field_words_but_not_its_line_ends(tmp_path: Path) -> None:
    """One more term is another version; a checkout with CRLF is the same one."""
    longer, windows = tmp_path / "longer.txt", tmp_path / "windows.txt"
    longer.write_bytes(FIELD_WORDS.read_bytes() + "廉政账户\n".encode())
    windows.write_bytes("".join(f"{term}\r\n" for term in TERMS).encode())
    assert segment._version(longer) != segment.VERSION
    assert segment._version(windows) == segment.VERSION


def test_second_start_reads_the_cache_and_little_of_it(folder: Path) -> None:
    """The point of the module: a short text makes a process take in a small part of the dictionary."""
    segment.words("收受财物")
    before = cache_file(folder).stat().st_mtime_ns
    _forget()
    assert segment.words("收受财物") == ["收受财物"]
    assert 0 < len(segment._segmenter().tokenizer.FREQ) < 10_000
    assert cache_file(folder).stat().st_mtime_ns == before
    assert list(folder.iterdir()) == [cache_file(folder)]


def test_all_shards_together_are_the_dictionary(stock: Any, packed: bytes) -> None:
    """Nothing is lost in the file: with every shard taken in, the entries are jieba's."""
    segmenter = segment._unpack(packed)
    tokenizer = segmenter.tokenizer_for("".join(map(chr, range(segment._SHARDS))))
    assert tokenizer.FREQ == stock.FREQ
    assert tokenizer.total == stock.total
    assert segmenter.shards == {}


@pytest.mark.parametrize("damage", ["empty", "head only", "cut short", "longer", "one bit", "another version"])
def test_damage_is_noticed(damage: str, packed: bytes) -> None:
    """Bytes that are not exactly what was saved are refused."""
    middle = len(packed) // 2
    damaged = {
        "empty": b"",
        "head only": packed[:12],
        "cut short": packed[:middle],
        "longer": packed + b"\0",
        "one bit": packed[:middle] + bytes([packed[middle] ^ 1]) + packed[middle + 1 :],
        "another version": b"liantu-0" + packed[8:],
    }[damage]
    with pytest.raises(ValueError, match="damaged"):
        segment._unpack(damaged)


def test_damaged_file_is_rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bytes) -> None:
    """A file cut short by a full disk costs one slow start and is good afterwards."""
    monkeypatch.setenv("LIANTU_CACHE", str(tmp_path))
    cache_file(tmp_path).write_bytes(packed[:1000])
    assert segment.words("收受财物") == ["收受财物"]
    assert cache_file(tmp_path).read_bytes() == packed
    assert list(tmp_path.iterdir()) == [cache_file(tmp_path)]


def test_folder_out_of_reach_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stock: Any) -> None:
    """Where no folder can be made the tokens are the same and nothing is written."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LIANTU_CACHE", str(tmp_path / "file" / "cache"))
    for text in SENTENCES:
        check(text, stock)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_failed_save_leaves_nothing_behind(tmp_path: Path) -> None:
    """What cannot be put in place is taken away again."""
    (tmp_path / "words.bin").mkdir()
    (tmp_path / "words.bin" / "in the way").touch()
    with pytest.raises(OSError, match=r"words\.bin"):
        segment._save(b"data", tmp_path / "words.bin")
    assert [path.name for path in tmp_path.iterdir()] == ["words.bin"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_cache_is_private(tmp_path: Path) -> None:
    """Only the user can read or change folder and file."""
    path = tmp_path / "cache" / "words.bin"
    segment._save(b"data", path)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


def test_many_may_save_at_once(tmp_path: Path, packed: bytes) -> None:
    """Builders that meet leave one whole file (on Windows some of them may be refused: the file is there then)."""
    path = cache_file(tmp_path)

    def save(_: int) -> None:
        try:
            segment._save(packed, path)
        except PermissionError:
            assert os.name == "nt"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(8)))
    assert path.read_bytes() == packed
    assert list(tmp_path.iterdir()) == [path]


def test_threads_share_a_cold_segmenter(stock: Any, packed: bytes) -> None:
    """Threads that take in the same shards at the same time cut as one would."""
    texts = (SENTENCES + TERMS) * 2
    cold = segment._unpack(packed)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: cold.tokenizer_for(text).lcut(text), texts))
    assert found == [stock.lcut(text) for text in texts]


def test_own_folder_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """LIANTU_CACHE, unset or empty, leaves the user's cache folder."""
    monkeypatch.setenv("LIANTU_CACHE", "")
    assert segment._cache_folder().is_absolute()
    assert "liantu" in segment._cache_folder().parts


def test_first_start_is_quiet_and_leaves_the_temp_folder_alone(tmp_path: Path) -> None:
    """With every warning an error: nothing on stderr, no jieba.cache, no pkg_resources."""
    temp = tmp_path / "temp"
    temp.mkdir()
    places = {name: str(temp) for name in ("TMPDIR", "TEMP", "TMP")} | {"LIANTU_CACHE": str(tmp_path / "cache")}
    code = "import sys; from index.segment import words; print(len(words('收受财物')), 'pkg_resources' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", f"pycache_prefix={tmp_path / 'compiled'}", "-c", code],
        cwd=ROOT,
        env=os.environ | places,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.split() == ["1", "False"]
    assert done.stderr == ""
    assert list(temp.iterdir()) == []
