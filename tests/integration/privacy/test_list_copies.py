"""The list of erased shoppers outlives the database."""

from dataclasses import replace
from pathlib import Path

import pytest

from alsolike.database import connect
from alsolike.privacy.copies import FILE_NAME, ListCopyError, merge_copies
from alsolike.privacy.erase import erase
from alsolike.privacy.follow_up import sweep
from alsolike.privacy.hashes import key_id, shopper_hash
from alsolike.settings import Settings
from alsolike.snapshot.store import SnapshotStore
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("database", "s3")


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    """Give the settings a home of their own."""
    return replace(settings, home=tmp_path)


def erased(*shoppers: str) -> None:
    for shopper in shoppers:
        with connect() as connection:
            erase(connection, shopper, source="command")


def listed() -> list[bytes]:
    return [bytes(row[0]) for row in run("select shopper_hash from raw.erased_shoppers")]


def restore_an_empty_database() -> None:
    run("delete from raw.erased_shoppers")
    run("delete from raw.readmitted_shoppers")


def test_a_restored_database_gets_the_list_back_and_the_shopper_goes_again(
    home: Settings,
) -> None:
    erased("anna")
    assert merge_copies(home, with_s3=True)
    restore_an_empty_database()
    add_rows("raw.shoppers", [{"shopper_id": "anna"}, {"shopper_id": "bert"}])
    merge_copies(home, with_s3=False)
    assert listed() == [shopper_hash("anna")]
    assert sweep() == 1
    assert run("select shopper_id from raw.shoppers") == [("bert",)]
    assert run("select source from ops.erasures order by erased_at desc limit 1") == [("sweep",)]
    assert sweep() == 0


def test_the_copy_in_s3_serves_where_the_home_folder_is_new(home: Settings, tmp_path: Path) -> None:
    erased("anna")
    merge_copies(home, with_s3=True)
    restore_an_empty_database()
    new_home = tmp_path / "new"
    new_home.mkdir()
    assert merge_copies(replace(home, home=new_home), with_s3=True)
    assert listed() == [shopper_hash("anna")]


def test_of_two_decisions_the_later_one_holds(home: Settings) -> None:
    erased("anna", "bert")
    merge_copies(home, with_s3=True)
    run("select ops.readmit_shopper(%s, %s)", [shopper_hash("anna"), key_id()])
    merge_copies(home, with_s3=True)
    assert listed() == [shopper_hash("bert")]
    # A copy of before cannot put her back, nor can the database of before.
    restore_an_empty_database()
    merge_copies(home, with_s3=True)
    assert listed() == [shopper_hash("bert")]
    erased("anna")
    merge_copies(home, with_s3=True)
    assert set(listed()) == {shopper_hash("anna"), shopper_hash("bert")}


def test_the_copies_name_nobody_and_are_for_their_owner(home: Settings) -> None:
    erased("anna")
    merge_copies(home, with_s3=True)
    file = home.home / FILE_NAME
    stored = SnapshotStore(home.s3_bucket, home.s3_prefix).get(FILE_NAME)
    assert file.read_bytes() == stored
    assert b"anna" not in stored
    assert file.stat().st_mode & 0o077 == 0


def test_a_broken_copy_is_refused_and_left_as_it_is(home: Settings) -> None:
    file = home.home / FILE_NAME
    file.write_text("[{]")
    with pytest.raises(ListCopyError, match="restore it from a backup"):
        merge_copies(home, with_s3=False)
    assert file.read_text() == "[{]"


def test_without_s3_the_list_is_kept_at_home(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    erased("anna")
    assert not merge_copies(home, with_s3=True)
    assert (home.home / FILE_NAME).exists()
