"""Why a package was not made, or cannot be read."""


class PackageError(Exception):
    """Base of the errors of this room: `code` is stable, `retry` says whether the same call may succeed later."""

    code: str = "packages.error"
    retry: bool = False


class BadName(PackageError):
    """A file name that no bundle may have, or one that it has already."""

    code = "packages.name"


class BadRecord(PackageError):
    """A record that would not verify: what it shows, or a file of it, is not what was committed."""

    code = "packages.record"


class StagingError(PackageError):
    """The staged payload is not there, is not ours, or is no longer what was staged. Stage it again."""

    code = "packages.staging"
    retry = True


class BadSeal(PackageError):
    """The seal is not that of this payload, or not shown far enough to check it."""

    code = "packages.seal"


class BadProof(PackageError):
    """A proof does not prove its event under the bundle's checkpoint."""

    code = "packages.proof"


class NotABundle(PackageError):
    """A path that is neither an unpacked bundle nor a zip of one: nothing could be checked."""

    code = "packages.unreadable"


class BadZip(PackageError):
    """A zip that no bundle is: damaged, or with a name that is unsafe, doubled or outside its one folder.

    `finding` is the verifier's code of it: `path.unsafe`, `file.duplicate`, `zip.folder`, `zip.size` or `zip.form`.
    """

    code = "packages.zip"

    def __init__(self, finding: str, sentence: str) -> None:
        super().__init__(sentence)
        self.finding = finding
