"""The table of localcloud's operations is made of its code and of its tests."""

import pytest

from tools import localcloud_operations as operations


def test_what_is_refused_is_the_sentence_of_the_docstring() -> None:
    text = "Models.\n\nRefused, not ignored: several containers,\ncomponents. Kept: networks.\n"
    assert operations.refused(text) == "several containers, components"
    assert operations.refused("Models.") == ""


def test_an_operation_is_called_by_any_of_its_names() -> None:
    text = "client.list_models(); run('create-model'); DescribeModelX()"
    names = ("ListModels", "CreateModel", "DescribeModel")
    assert operations.called(text, names) == {"ListModels", "CreateModel"}


def test_the_fewest_files_are_taken_and_those_of_the_folder_first() -> None:
    calls = {"a/test_x.py": {"One"}, "b/test_y.py": {"One"}, "c/test_z.py": {"Two", "Three"}}
    assert operations.fewest(["One", "Two"], calls, "b") == ["b/test_y.py", "c/test_z.py"]


def test_an_operation_without_a_test_is_an_error() -> None:
    with pytest.raises(operations.UntestedOperation, match="no test calls Four"):
        operations.fewest(["One", "Four"], {"a/test_x.py": {"One"}}, "a")
