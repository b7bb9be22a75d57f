"""Extension points: how a lower room calls an upper one that it does not know.

The room that calls owns the point: a Protocol and one `ExtensionPoint`. The settings name the implementations by dotted
path. A path that does not import is a system-check error, and so is a required one that is missing.
"""

from typing import Generic, TypeVar

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

T = TypeVar("T")

_points: list["ExtensionPoint[object]"] = []


class ExtensionPoint(Generic[T]):
    """A named list of implementations of one Protocol, read from the settings when first asked for.

    `setting` is the name of the list of dotted paths; `required`, if given, names a second setting whose paths must all
    be in the first. A dotted path names an instance, a module or a function; it is used as it is.
    """

    def __init__(self, setting: str, *, required: str | None = None) -> None:
        self.setting = setting
        self.required = required
        self._loaded: tuple[tuple[str, ...], list[T]] | None = None
        _points.append(self)  # type: ignore[arg-type]

    @property
    def paths(self) -> tuple[str, ...]:
        """The dotted paths that the settings list now."""
        return tuple(getattr(settings, self.setting, ()))

    def all(self) -> list[T]:
        """Return every implementation, in the order of the settings. Raises ImportError if one does not import."""
        if self._loaded is None or self._loaded[0] != self.paths:
            self._loaded = (self.paths, [import_string(path) for path in self.paths])
        return self._loaded[1]

    def missing(self) -> list[str]:
        """Return the required paths that the settings do not list."""
        wanted = getattr(settings, self.required, ()) if self.required else ()
        return [path for path in wanted if path not in self.paths]

    def check(self) -> list[CheckMessage]:
        """Return a system-check error for each path that does not import or is required and absent."""
        found: list[CheckMessage] = []
        for path in self.paths:
            try:
                import_string(path)
            except ImportError as error:
                found.append(Error(f"{self.setting}: {path} does not import: {error}", id="daybook.E001"))
        found += [
            Error(f"{self.setting}: {path} is required and not listed.", id="daybook.E002") for path in self.missing()
        ]
        return found


def check_extension_points(**kwargs: object) -> list[CheckMessage]:
    """Check every point that has been declared (registered by the archive's app configuration)."""
    return [message for point in _points for message in point.check()]
