"""REQ S-10: one download is one file, with nginx and without, and nginx sends no more than that."""

import os

import pytest
import requests

PDF = b"%PDF-1.4\n" + os.urandom(160_000)
SIZE = len(PDF)
ANOTHER = '"another"'


class Limited:
    """A file that may be fetched once, and what a visitor has got of it."""

    def __init__(self, site, **values):
        self.document_id = site.add_document("Once", PDF)
        values.setdefault("download_limit", 1)
        self.share = site.add_share(("document", self.document_id), **values)
        self.received = []

    def get(self, method="GET", **headers):
        """Return the answer to a request of the file.

        :param headers: without dashes, as Python wants it
        """
        answer = requests.request(
            method,
            f"{self.share.url}/document/{self.document_id}?download=1",
            headers={
                "Accept-Encoding": "identity",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            timeout=60,
        )
        if answer.status_code in (200, 206):
            assert answer.content in PDF
            self.received.append(answer.content)
        else:
            assert b"%PDF" not in answer.content
            assert len(answer.content) < 20_000
        return answer

    def status(self, method="GET", **headers):
        return self.get(method, **headers).status_code

    def count_bytes(self):
        return sum(map(len, self.received))


@pytest.fixture
def limited(site):
    return Limited(site)


def test_a_second_fetch_is_another_download(limited):
    answer = limited.get()
    assert (answer.status_code, answer.content) == (200, PDF)
    assert limited.status() == 410
    assert limited.share.count() == 1
    assert (limited.share.log("download"), limited.share.log("refused")) == (1, 1)


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_a_download_that_breaks_again_and_again_is_one(limited, validator):
    mark = limited.get().headers[validator]
    for tenth in range(1, 10):
        start = SIZE * tenth // 10
        answer = limited.get(Range=f"bytes={start}-", If_Range=mark)
        assert (answer.status_code, answer.content) == (206, PDF[start:]), start
    assert limited.share.count() == limited.share.log("download") == 1
    assert limited.status() == 410


def test_pieces_without_a_validator_are_one_download_too(limited):
    for start in range(0, SIZE, 10_000):
        assert limited.status(Range=f"bytes={start}-{start + 9_999}") == 206
    assert b"".join(limited.received) == PDF
    assert limited.share.count() == limited.share.log("download") == 1


def test_what_the_browser_has_is_not_sent_and_costs_nothing(site):
    known = Limited(site).get().headers
    limited = Limited(site)
    etag, changed = known["ETag"], limited.get("HEAD").headers["Last-Modified"]
    for headers in (
        {"If_None_Match": etag},
        {"If_None_Match": f'"x", W/{etag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": changed},
        {"If_None_Match": etag, "Range": "bytes=0-9"},
        {"If_Modified_Since": changed, "Range": "bytes=0-9"},
    ):
        answer = limited.get(**headers)
        assert (answer.status_code, answer.content) == (304, b""), headers
    assert limited.share.count() == limited.share.log("download") == 0
    assert limited.status(If_None_Match=ANOTHER) == 200
    assert limited.share.count() == limited.share.log("download") == 1


def test_head_and_what_cannot_be_sent_cost_nothing(limited):
    head = limited.get("HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(SIZE))
    early = "Thu, 01 Jan 2015 00:00:00 GMT"
    for status, headers in (
        (416, {"Range": f"bytes={SIZE}-"}),
        (412, {"If_Match": ANOTHER}),
        (412, {"If_Match": ANOTHER, "Range": "bytes=0-9"}),
        (412, {"If_Match": f"W/{head.headers['ETag']}"}),
        (412, {"If_Unmodified_Since": early}),
        (412, {"If_Unmodified_Since": early, "Range": "bytes=0-9"}),
    ):
        assert limited.status(**headers) == status, headers
    assert limited.share.count() == limited.share.log("download") == 0
    assert limited.status() == 200


def test_several_ranges_are_one_whole_download(limited):
    answer = limited.get(Range="bytes=0-1,5-6")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert limited.share.count() == limited.share.log("download") == 1
    assert limited.status() == 410


def test_conditions_that_hold_change_nothing(limited):
    """As browsers that fetch a file over several connections ask."""
    headers = limited.get("HEAD").headers
    unchanged = {
        "If_Match": headers["ETag"],
        "If_Unmodified_Since": headers["Last-Modified"],
    }
    half = SIZE // 2
    assert limited.status(Range=f"bytes={half}-", **unchanged) == 206
    assert limited.status(Range=f"bytes=0-{half - 1}", **unchanged) == 206
    assert b"".join(reversed(limited.received[1:])) == PDF
    assert limited.share.count() == 1


# -- what people try who want it more often


def test_no_condition_makes_a_file_free(limited):
    headers = limited.get("HEAD").headers
    etag, changed = headers["ETag"], headers["Last-Modified"]
    checksum = "0" * 40
    for tried in (
        {"If_Match": "*"},
        {"If_Match": etag},
        {"If_Match": f'"{checksum}"'},
        {"If_Unmodified_Since": changed},
        {"If_None_Match": ANOTHER, "If_Modified_Since": changed},
        {"Accept_Encoding": "gzip"},
    ):
        for _time in range(3):
            limited.get(**tried)
    whole = [content for content in limited.received if len(content) == SIZE]
    assert len(whole) == 1
    assert limited.status() == 410


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes =0-0"},
        {"Range": "BYTES=0-0"},
        {"Range": "bytes=0-0,"},
        {"Range": "bytes=0-0", "If_Range": ANOTHER},
        {"Range": "bytes=0-0", "If_Range": "Tue, 01 Jan 2036 00:00:00 GMT"},
        {"Range": "bytes=0-0", "If_Range": "W/{etag}"},
        {"Range": "bytes=0-0", "If_Range": "{etag} "},
        {"Range": "bytes=-1", "If_Range": "{bare}"},
        {"Range": "bytes=159999-", "If_Range": ANOTHER},
        {"Range": "bytes=159999-", "Accept_Encoding": "gzip"},
    ],
    ids=str,
)
def test_no_range_makes_a_file_free(limited, headers):
    """A small piece for Odoo must be no whole file for nginx."""
    etag = limited.get("HEAD").headers["ETag"]
    headers = {
        name: value.format(etag=etag, bare=etag.strip('"'))
        for name, value in headers.items()
    }
    limited.received.clear()
    for _time in range(5):
        limited.get(**headers)
    limited.get()
    whole = [content for content in limited.received if len(content) == SIZE]
    assert len(whole) <= 2


def test_pieces_that_skip_the_start_run_out(limited):
    assert limited.status() == 200
    for _round in range(3):
        for eighth in range(8):
            for skipped in (1, 2):
                limited.get(Range=f"bytes={SIZE * eighth // 8 + skipped}-")
    # twice, and what got ahead by an eighth each time
    assert limited.count_bytes() < 6 * SIZE
    assert limited.status(Range="bytes=1-") == 410
    assert limited.status() == 410


def test_text_is_not_packed_into_one_piece(site):
    """nginx packs text where it is told to, and sends no piece of what it has packed."""
    content = b"<p>line of text</p>\n" * 10_000
    document_id = site.add_document("Text", content)
    site.server.sql(
        "UPDATE customer_portal_document SET mimetype = 'text/html' WHERE id = %s",
        document_id,
    )
    share = site.add_share(("document", document_id), download_limit=1)
    headers = {"Range": "bytes=0-9", "Accept-Encoding": "gzip"}
    for _time in range(3):
        answer = share.get(f"/document/{document_id}?download=1", headers=headers)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert (answer.status_code, answer.content) == (206, content[:10])
