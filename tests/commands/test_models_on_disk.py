"""An operator's own figures: a file in the place of a model that ships, or one more; and what is wrong with it."""

from importlib import resources

import pytest

from center.uap.models import MODELS, ModelError, model
from commands.models_on_disk import Models

SHIPPED = (resources.files("center.uap") / "models" / "uap2100.toml").read_text("utf-8")


def test_a_file_stands_in_the_place_of_the_model_of_its_name(tmp_path):
    own = SHIPPED.replace("sip = { value = 480, ", "sip = { value = 500, ")
    (tmp_path / "ours.toml").write_text(own, "utf-8")
    models = Models(tmp_path)
    assert models.names == MODELS
    assert models.model("UAP2100").boards["MSU"].gives["sip"].value == 500
    assert models.model("UAP8100") is model("UAP8100")
    assert model("UAP2100").boards["MSU"].gives["sip"].value == 480


def test_a_name_that_does_not_ship_is_one_more_model(tmp_path):
    (tmp_path / "a.toml").write_text(SHIPPED.replace('"UAP2100"', '"UAP6600"'), "utf-8")
    assert Models(tmp_path).names == (*MODELS, "UAP6600")
    assert Models(tmp_path).model("UAP6600").name == "UAP6600"
    with pytest.raises(ModelError, match="write one of UAP2100, UAP3300, UAP8100, UAP6600"):
        Models(tmp_path).model("UAP9")


def test_what_cannot_be_read_is_told_with_its_file(tmp_path):
    with pytest.raises(ModelError, match="has no model files; copy one from center/uap/models"):
        Models(tmp_path)
    file = tmp_path / "wrong.toml"
    for text, told in (
        ("name = ", "wrong.toml: "),
        (SHIPPED.replace("low = 240, ", "", 1), "wrong.toml: .*an assumption has a range"),
        (SHIPPED + "\n# " + "x" * 1_000_000, "more than 1000000 octets"),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(ModelError, match=told):
            Models(tmp_path)
    file.write_bytes(b"\xff")
    with pytest.raises(ModelError, match="cannot be read"):
        Models(tmp_path)
    for name in ("wrong", "again"):
        (tmp_path / f"{name}.toml").write_text(SHIPPED, "utf-8")
    with pytest.raises(ModelError, match="there is a model `UAP2100` in this folder already"):
        Models(tmp_path)


def test_at_most_so_many_files_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("commands.models_on_disk.FILES_MAX", 1)
    for name in ("UAP1", "UAP2"):
        (tmp_path / f"{name}.toml").write_text(SHIPPED.replace("UAP2100", name), "utf-8")
    with pytest.raises(ModelError, match="at most 1"):
        Models(tmp_path)
    (tmp_path / "UAP2.toml").unlink()
    assert Models(tmp_path).model("UAP1").name == "UAP1"
