"""Which jobs are stopped early; all values are to be minimised."""

from localcloud.tuning.stopping import Hyperband, MedianRule, Never


def test_nothing_is_stopped_where_early_stopping_is_off() -> None:
    assert not Never().stops("new", [9.0], [[1.0]])


def test_a_job_is_compared_with_the_median_of_the_running_averages_before_it() -> None:
    before = [[4.0, 2.0], [2.0, 2.0], [9.0, 9.0], [1.0]]  # averages 3, 2 and 9 at epoch 2
    rule = MedianRule()
    assert not rule.stops("new", [9.0, 3.0], before)
    assert rule.stops("new", [1.0, 3.1], before)


def test_the_first_job_and_one_without_a_value_are_not_compared() -> None:
    assert not MedianRule().stops("new", [9.0], [])
    assert not MedianRule().stops("new", [], [[1.0]])
    assert not MedianRule().stops("new", [9.0, 9.0], [[1.0]])  # nobody has come as far


def test_hyperband_stops_at_each_level_what_is_not_among_the_best_third() -> None:
    rule = Hyperband(1, 9)
    assert not rule.stops("a", [3.0], [])
    assert not rule.stops("b", [2.0], [])
    assert rule.stops("c", [2.5], [])  # the third at this level, and not the best
    assert not rule.stops("d", [1.0], [])
    assert not rule.stops("d", [1.0, 5.0], [])  # two epochs are no level
    assert not rule.stops("b", [2.0, 2.0, 2.0], [])
    assert not rule.stops("d", [1.0, 1.0, 1.0], [])


def test_hyperband_looks_at_a_level_once() -> None:
    rule = Hyperband(1, 9)
    for job, value in (("a", 3.0), ("b", 2.0)):
        rule.stops(job, [value], [])
    assert rule.stops("c", [4.0], [])
    assert not rule.stops("c", [4.0], [])  # it has been asked to stop


def test_hyperband_leaves_a_job_alone_below_the_least_and_ends_it_behind_the_most() -> None:
    rule = Hyperband(2, 3)
    for job in ("a", "b", "c", "d"):
        assert not rule.stops(job, [9.0], [])
    assert not rule.stops("a", [1.0] * 3, [])
    assert rule.stops("a", [1.0] * 4, [])
