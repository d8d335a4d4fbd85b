from training.checkpoints import CheckpointTimer


def test_checkpoints_are_further_apart_where_saving_takes_long():
    timer = CheckpointTimer(60)
    assert timer.interval == 60
    timer.save_seconds = 6
    assert timer.interval == 300
