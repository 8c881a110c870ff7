from vae_lib.widgets.assets import asset_folder, store_asset


def test_notebook_has_no_asset_folder():
    assert asset_folder() is None


def test_build_names_its_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_LIB_ASSETS", str(tmp_path))
    assert asset_folder() == tmp_path


def test_equal_bytes_are_one_file_and_nothing_half_written_stays(tmp_path):
    folder = tmp_path / "new" / "folder"
    names = {store_asset(folder, data, ".onnx") for data in (b"one", b"two", b"one")}
    assert len(names) == 2
    assert {file.name for file in folder.iterdir()} == names
