import pytest

from training.int8_comparison import Comparison


def comparison(rows, lost, won):
    return Comparison(
        rows=rows,
        validation_rows=rows,
        fp32_accuracy=0.8,
        int8_accuracy=0.8,
        different_predictions=lost + won,
        only_fp32_correct=lost,
        only_int8_correct=won,
    )


@pytest.mark.parametrize(
    ("rows", "lost", "won", "bound"),
    [
        (315, 2, 0, 0.0153),  # half a point on few rows is no proof of anything
        (1000, 0, 0, 0.0016),
        (1000, 12, 12, 0.0082),
        (2000, 40, 20, 0.0164),
        (2000, 20, 40, -0.0036),
    ],
)
def test_the_bound_of_the_loss_depends_on_rows_and_differences(rows, lost, won, bound):
    assert comparison(rows, lost, won).max_loss == pytest.approx(bound, abs=1e-4)
