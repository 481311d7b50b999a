"""Where snapshots are kept: any S3 endpoint, through boto3 and its own `AWS_*` variables."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import S3Transfer, TransferConfig
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from alsolike.errors import SnapshotError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MEBIBYTE = 1024 * 1024
_NOT_THERE = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}
_THERE = {"BucketAlreadyExists", "BucketAlreadyOwnedByYou"}

# Short timeouts, so that a command ends in seconds where S3 is away. No AWS_* variable sets them;
# what one may set is left to it, since a value given here would overrule it.
_CONFIG = Config(connect_timeout=3, read_timeout=30)
# Where no AWS_* variable and no configuration file says otherwise, checksums only where S3 demands
# them: many compatible servers cannot read the trailing ones that boto3 sends by default, and the
# manifest has the sha256 of every file.
_DEFAULTS = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
# One part of an upload at a time, so that 8 MiB is all that is held of a file.
_TRANSFER = TransferConfig(
    multipart_threshold=16 * _MEBIBYTE, multipart_chunksize=8 * _MEBIBYTE, use_threads=False
)


class MissingObjectError(SnapshotError):
    """There is no object of that name in the bucket."""


class SnapshotStore:
    """The objects below one prefix of a bucket (empty: its root); names are relative to it.

    Every method raises SnapshotError, saying where and why, when S3 refuses or cannot be reached.

    Parameters
    ----------
    arguments : iterable of tuple
        Name and value of each further argument of a write, such as those of encryption.

    Attributes
    ----------
    begun : list of str
        Names of the objects that it began to write, whether or not they are there.
    """

    def __init__(self, bucket: str, prefix: str, arguments: Iterable[tuple[str, str]] = ()) -> None:
        self._bucket = bucket
        self._arguments: dict[str, Any] = dict(arguments)
        unknown = sorted(self._arguments.keys() - S3Transfer.ALLOWED_UPLOAD_ARGS)
        if unknown:
            message = f"ALSOLIKE_S3_ARGUMENTS: boto3 writes with no argument {unknown[0]!r}."
            raise SnapshotError(message)
        self._prefix = f"{prefix}/" if prefix else ""
        self.begun: list[str] = []
        try:
            # A session of its own: boto3's default one keeps the first keys that it sees.
            # The stubs know S3 alone, so the type of the method is not whole.
            self._client: S3Client = _session().client("s3", config=_CONFIG)  # pyright: ignore[reportUnknownMemberType]
        except (BotoCoreError, ValueError) as error:
            raise self._explain(error) from error

    def place(self, name: str) -> str:
        """Return the address of an object, for people to read."""
        return f"s3://{self._bucket}/{self._prefix}{name}"

    def ensure_bucket(self) -> None:
        """Make the bucket where it is missing."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            # A key that may write may still not list: only "not there" is certain.
            if _code(error) not in _NOT_THERE:
                return
        except BotoCoreError as error:
            raise self._explain(error) from error
        else:
            return
        region = self._client.meta.region_name
        where: dict[str, Any] = (
            {}
            if region in {"us-east-1", "aws-global"}
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        try:
            self._client.create_bucket(Bucket=self._bucket, **where)
        except (ClientError, BotoCoreError) as error:
            # Another export made it meanwhile. It is ours: head_bucket does not say "not there" of
            # a bucket that somebody else owns.
            if isinstance(error, ClientError) and _code(error) in _THERE:
                return
            message = (
                f"There is no bucket {self._bucket!r} and it cannot be made ({_reason(error)}): "
                "make it, or set ALSOLIKE_S3_BUCKET to one that exists."
            )
            raise SnapshotError(message) from error

    def put(self, name: str, content: bytes) -> None:
        """Write a small object; it is there whole or not at all."""
        self.begun.append(name)
        with self._explained(name):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=content,
                ContentType="application/json",
                **self._arguments,
            )

    def upload(self, name: str, file: IO[bytes]) -> None:
        """Write an object from an open file, in several requests if it is long."""
        self.begun.append(name)
        with self._explained(name):
            self._client.upload_fileobj(
                file,
                self._bucket,
                self._prefix + name,
                Config=_TRANSFER,
                ExtraArgs={"ContentType": "application/vnd.apache.parquet", **self._arguments},
            )

    def get(self, name: str) -> bytes:
        """Read a small object, as `stream` does."""
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield an object's bytes, a mebibyte at a time.

        Raises
        ------
        MissingObjectError
            There is none of that name.
        """
        with self._explained(name):
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"]
        with body:
            while True:
                with self._explained(name):
                    chunk = body.read(_MEBIBYTE)
                if not chunk:
                    return
                yield chunk

    def names(self, folder: str) -> list[str]:
        """Return the names of the objects in a folder and below, relative to it; empty: all."""
        start = f"{self._prefix}{folder}/" if folder else self._prefix
        try:
            with self._explained(f"{folder}/"):
                pages = self._client.get_paginator("list_objects_v2").paginate(
                    Bucket=self._bucket, Prefix=start
                )
                return [
                    entry["Key"].removeprefix(start)
                    for page in pages
                    for entry in page.get("Contents", [])
                    if "Key" in entry
                ]
        except MissingObjectError:
            # S3 gives an empty list for a folder that is not there; rclone's server a 404.
            return []

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; one that is not there is as good as deleted."""
        for name in names:
            with self._explained(name):
                self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    @contextmanager
    def _explained(self, name: str) -> Generator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, Boto3Error) as error:
            raise self._explain(error, name) from error

    def _explain(self, error: Exception, name: str = "") -> SnapshotError:
        if isinstance(error, ClientError) and _code(error) in _NOT_THERE:
            message = f"{self.place(name)} is not there."
            return MissingObjectError(message)
        return SnapshotError(
            f"S3 at {self.place(name)} failed: {_reason(error)}. "
            "Check the AWS_* variables and that the server runs."
        )


def _session() -> Session:
    """Open a session of its own, with our defaults below what the environment says."""
    core = get_session()
    variables = cast("dict[str, tuple[Any, ...]]", core.session_var_map)
    for name, default in _DEFAULTS.items():
        option, variable, _, conversion = variables[name]
        variables[name] = (option, variable, default, conversion)
    return Session(botocore_session=core)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _reason(error: Exception) -> str:
    """Return an error of boto3 on one line, without its full stop."""
    return " ".join(str(error).split()).rstrip(".")
