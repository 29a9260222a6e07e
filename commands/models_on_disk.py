"""Models of the platform: those that ship, and files of an operator's own figures in their place or beside them."""

from __future__ import annotations

from pathlib import Path

from center.uap.models import MODELS, Model, ModelError, model, read_model

FILE_BYTES_MAX = 1_000_000
FILES_MAX = 100


class Models:
    """Every model that there is. Raises ModelError for a folder or a file that cannot be read, and says which."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` has a file a model, as `center/uap/models` has; without it there are those that ship."""
        self._own: dict[str, Model] = {}
        if folder is None:
            return
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise ModelError(f"{folder} has no model files; copy one from center/uap/models")
        if len(files) > FILES_MAX:
            raise ModelError(f"{folder} has {len(files)} model files; at most {FILES_MAX}")
        for file in files:
            found = _read(file)
            if found.name in self._own:
                raise ModelError(f"{file}: there is a model `{found.name}` in this folder already")
            self._own[found.name] = found

    @property
    def names(self) -> tuple[str, ...]:
        """Of all, those that ship first."""
        return (*MODELS, *(name for name in self._own if name not in MODELS))

    def model(self, name: str) -> Model:
        """The model of this name; raises ModelError for one that there is not."""
        if name in self._own:
            return self._own[name]
        if name not in MODELS:
            raise ModelError(f"there is no model `{name}`; write one of {', '.join(self.names)}")
        return model(name)


def _read(file: Path) -> Model:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise ModelError(f"{file} has more than {FILE_BYTES_MAX} octets")
        return read_model(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} cannot be read: {error}") from None
    except ModelError as error:
        raise ModelError(f"{file}: {error}") from None
