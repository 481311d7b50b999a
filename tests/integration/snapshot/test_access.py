"""What a bucket may demand of those who write to it, and what those who read may lack."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from alsolike.errors import SnapshotError
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.snapshot.manifest import Manifest
from alsolike.snapshot.store import SnapshotStore
from benchmarks.s3_proxy import Check, RefusalError, s3_proxy

Export = Callable[..., Manifest]


def pass_on(_method: str, _path: str, _answer: bytes | None) -> None:
    """Change nothing."""


def is_write(method: str, path: str) -> bool:
    # A bucket is made by a PUT too; `/bucket/key` has two parts.
    return method in {"PUT", "POST"} and path.strip("/").count("/") > 0


def demand(header: str, value: str | None = None) -> Check:
    """Refuse writes without a header, whose names may be in any case."""

    def check(method: str, path: str, headers: Mapping[str, str]) -> None:
        found = {name.lower(): content for name, content in headers.items()}.get(header)
        if is_write(method, path) and (found is None or value not in {None, found}):
            raise RefusalError(403)

    return check


def refuse_lists(method: str, path: str, _headers: Mapping[str, str]) -> None:
    if method == "GET" and ("list-type" in path or path.strip("/").count("/") == 0):
        raise RefusalError(403)


def test_a_bucket_that_demands_encryption_gets_its_headers(
    export: Export, s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export
    check = demand("x-amz-server-side-encryption", "aws:kms")
    with s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], pass_on, check) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        with pytest.raises(SnapshotError, match="403"):
            export_snapshot(load_settings(), report=ignore_progress)
        given = "ServerSideEncryption=aws:kms, SSEKMSKeyId=arn:aws:kms:eu:1:key/a=b"
        monkeypatch.setenv("ALSOLIKE_S3_ARGUMENTS", given)
        settings = load_settings()
        assert settings.s3_arguments[1] == ("SSEKMSKeyId", "arn:aws:kms:eu:1:key/a=b")
        assert export_snapshot(settings, is_verified=True, report=ignore_progress).row_count > 0


def test_who_may_read_objects_alone_fetches(
    export: Export, s3_server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = export()
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    with s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], pass_on, refuse_lists) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        pointer, is_new = fetch_snapshot(load_settings(), report=ignore_progress)
    assert (pointer.snapshot_id, is_new) == (written.snapshot_id, True)


@pytest.mark.parametrize("asked", ["", "when_required", "when_supported"])
def test_checksums_are_sent_as_the_environment_says(
    export: Export, s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    assert export
    if asked:
        monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", asked)
    seen: list[bool] = []

    def look(method: str, path: str, headers: Mapping[str, str]) -> None:
        if is_write(method, path):
            seen.append(any(name.lower().startswith("x-amz-checksum-") for name in headers))

    with s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], pass_on, look) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        settings = load_settings()
        store = SnapshotStore(settings.s3_bucket, settings.s3_prefix)
        store.put("one", b"{}")
    assert seen == [asked == "when_supported"]


def test_tries_are_as_many_as_the_environment_says(
    export: Export, s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    tries: list[str] = []

    def refuse(method: str, path: str, _headers: Mapping[str, str]) -> None:
        tries.append(f"{method} {path}")
        raise RefusalError(503)

    with s3_proxy(s3_server["AWS_ENDPOINT_URL_S3"], pass_on, refuse) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        settings = load_settings()
        with pytest.raises(SnapshotError, match="503"):
            SnapshotStore(settings.s3_bucket, settings.s3_prefix).put("one", b"{}")
    assert len(tries) == 2


def test_an_argument_that_boto3_does_not_know_is_told() -> None:
    with pytest.raises(SnapshotError, match="'Serversideencryption'"):
        SnapshotStore("bucket", "", [("Serversideencryption", "AES256")])
