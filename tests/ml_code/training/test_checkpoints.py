from training.checkpoints import Checkpoints, CheckpointTimer


def test_checkpoints_are_further_apart_where_saving_takes_long():
    timer = CheckpointTimer(60)
    assert timer.interval == 60
    timer.save_seconds = 6
    assert timer.interval == 300


def test_jobs_that_share_a_folder_have_a_file_each(tmp_path):
    slow, fast = (Checkpoints(tmp_path, of=f"learning_rate={rate}") for rate in (1e-5, 1e-4))
    slow.save({"step": 1})
    assert fast.load() is None
    fast.save({"step": 2})
    again = Checkpoints(tmp_path, of="learning_rate=1e-05")
    assert again.load() == {"step": 1}
    again.remove_own()
    assert again.load() is None
    assert fast.load() == {"step": 2}


def test_the_file_of_a_single_job_stays_for_a_redrive(tmp_path):
    single = Checkpoints(tmp_path)
    single.save({"step": 3})
    single.remove_own()
    assert single.load() == {"step": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]
