from reviews.console.curves import Curves


def read(*lines: str) -> Curves:
    curves = Curves()
    for line in lines:
        curves.read_line(line)
    return curves


def test_a_loss_belongs_to_its_step_and_a_validation_to_the_last_one() -> None:
    curves = read(
        "train:loss=0.90 train:progress=0.5 epoch=1 step=20/40",
        "validation:loss=0.80 validation:accuracy=0.61 validation:macro_f1=0.60 epoch=1",
        "train:loss=0.70 train:progress=1.0 epoch=2 step=40/40",
    )
    assert curves.steps == 40
    assert curves.points == {
        "train:loss": [(20, 0.9), (40, 0.7)],
        "validation:loss": [(20, 0.8)],
        "validation:accuracy": [(20, 0.61)],
        "validation:macro_f1": [(20, 0.6)],
    }


def test_a_value_that_is_not_a_number_is_not_a_point() -> None:
    assert read("train:loss=nan step=1/2", "train:loss=? step=2/2").points == {}


def test_other_lines_say_nothing() -> None:
    curves = read("Best validation macro-F1: 0.75", "progress=0.5 rows=3", "step=all")
    assert (curves.points, curves.steps) == ({}, 0)


def test_a_training_that_goes_on_has_its_validation_where_it_was_interrupted() -> None:
    curves = read(
        "Resumed at step 7 of 21",
        "validation:loss=0.6165 validation:accuracy=0.5769 epoch=1",
        "train:loss=0.6030 train:progress=0.3810 epoch=2 step=8/21",
    )
    assert curves.steps == 21
    assert curves.points["validation:accuracy"] == [(7, 0.5769)]
    assert curves.points["train:loss"] == [(8, 0.6030)]
