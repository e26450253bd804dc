"""Downloads that break, arrive damaged, or cannot be had; and the run after that."""

import subprocess

import pytest

from portal_setup.debian import Archive, unpack
from portal_setup.errors import DownloadError
from portal_setup.live import free_port

from .debian_archive import debian_archive

CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """An archive with the package ``tiny``, asked for without waiting between attempts."""
    settings = 'Acquire::Retries::Delay "false"; Acquire::http::Proxy "DIRECT";\n'
    (tmp_path / "apt.conf").write_text(settings)
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    with debian_archive(tmp_path / "served", "tiny", content=CONTENT) as archive:
        yield archive


@pytest.fixture
def archive(debian, tmp_path, console):
    return Archive(tmp_path / "fetched", debian.sources, console)


def fetch(archive):
    archive.refresh()
    return archive.fetch(["tiny/sid"])


def damaged(_path, content):
    half = len(content) // 2
    return content[:half] + b"damaged" + content[half + 7 :]


def cut(_path, content):
    return content[: len(content) // 2]


def test_a_package_is_fetched_and_unpacked(archive, tmp_path, console):
    unpack(fetch(archive), tmp_path / "unpacked", console)
    assert (tmp_path / "unpacked/content").read_bytes() == CONTENT


def test_a_whole_package_is_not_fetched_again(archive, debian):
    fetch(archive)
    fetch(archive)
    assert len(debian.asked) == 1


def test_it_says_that_a_package_arrived_damaged_and_fetches_it_anew(archive, debian):
    debian.misbehave = damaged
    with pytest.raises(DownloadError, match=r"arrived damaged .* run this again"):
        fetch(archive)
    debian.misbehave = lambda _path, content: content
    [file] = fetch(archive)
    assert file.stat().st_size > len(CONTENT)


def test_it_says_that_the_connection_was_cut_and_goes_on(archive, debian):
    debian.misbehave = cut
    with pytest.raises(DownloadError, match="archive cannot be reached or used: "):
        fetch(archive)
    debian.misbehave = lambda _path, content: content
    assert fetch(archive)


def test_a_cut_connection_is_tried_again_by_itself(archive, debian):
    def only_once(path, content):
        return cut(path, content) if len(debian.asked) == 1 else content

    debian.misbehave = only_once
    assert fetch(archive)
    assert len(debian.asked) > 1


@pytest.mark.parametrize("spoil", [damaged, cut])
def test_a_file_that_was_spoilt_on_the_disk_is_fetched_anew(archive, spoil):
    [file] = fetch(archive)
    whole = file.read_bytes()
    file.write_bytes(spoil(None, whole))
    assert fetch(archive) == [file]
    assert file.read_bytes() == whole


def test_it_says_that_the_archive_lacks_a_package(archive):
    archive.refresh()
    with pytest.raises(DownloadError, match=r"does not offer what is needed: .*huge"):
        archive.fetch(["huge/sid"])


def test_it_says_that_the_archive_cannot_be_reached(debian, tmp_path, console):
    closed = f"deb [trusted=yes] http://127.0.0.1:{free_port()} sid main"
    said = "Debian's archive cannot be reached or used: "
    with pytest.raises(DownloadError, match=said):
        Archive(tmp_path / "fetched", [closed], console).refresh()


def test_it_says_which_package_does_not_unpack(archive, tmp_path, console):
    [file] = fetch(archive)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(DownloadError, match=r"tiny_1.0_all.deb does not unpack: "):
        unpack([file], tmp_path / "unpacked", console)


def test_apt_itself_never_sees_our_archive(archive):
    known = subprocess.run(
        ["apt-get", "indextargets"], capture_output=True, text=True, check=True
    ).stdout
    fetch(archive)
    assert str(archive.folder) not in known
    assert "127.0.0.1" not in known
